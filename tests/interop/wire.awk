# Counts what tcpdump printed, and says it as assignments of sh.
BEGIN { esp = encap = ike = skf = frag = clear = spis = 0 }
/ARP,|192\.1\.2\.254|2001:db8:1:2::254|fe80::|ff02::/ { next }
/ICMP6, (neighbor|router)|HBH ICMP6|NAT-keep-alive|nat-keep-alive/ { next }
/UDP-encap: ESP\(/ { encap++ }
/: ESP\(/ {
	esp += !/UDP-encap/
	match($0, /spi=0x[0-9a-f]+/)
	spis += !seen[substr($0, RSTART, RLENGTH)]++
	next
}
/isakmp/ { ike++; skf += / \(#53\)|#53|encrypted_frag|v2ef/; next }
/ frag|: udp$|: ip-proto-17$/ { frag++; next }
/^[0-9.]+ IP/ { clear++ }
END {
	printf "WIRE_ESP=%d WIRE_ENCAP=%d WIRE_IKE=%d WIRE_SKF=%d WIRE_FRAG=%d", esp, encap, ike, skf, frag
	printf " WIRE_CLEAR=%d WIRE_SPIS=%d WIRE_LINES=%d\n", clear, spis, NR
}
