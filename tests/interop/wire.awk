# Counts what tcpdump printed, and says it as assignments of sh; what is in the clear
# goes to the file clear_lines.
BEGIN { ah = esp = encap = ike = frag = clear = spis = auth["I"] = auth["R"] = 0 }
/ARP,|192\.1\.2\.254|2001:db8:1:2::254|fe80::|ff02::/ { next }
/ICMP host 192\.1\.2\.[12] unreachable/ { next }	# the NAT box speaks for itself
# A kernel about an IKE message, as when MOBIKE asks on all paths and a NAT is on one; what
# it quotes is judged where it was sent. Inside the tunnels are no datagrams of UDP.
/ICMP (192\.1\.2\.[0-9]+|10\.[12]\.0\.[0-9]+) udp port [0-9]+ unreachable/ { next }
/ICMP6, destination unreachable, unreachable port, 2001:db8:1:2::[0-9]+ udp port / { next }
/ICMP6, (neighbor|router)|HBH ICMP6|NAT-keep-alive|nat-keep-alive/ { next }
/UDP-encap: ESP\(/ { encap++ }
/: ESP\(/ {
	esp += !/UDP-encap/
	match($0, /spi=0x[0-9a-f]+/)
	spis += !seen[substr($0, RSTART, RLENGTH)]++
	next
}
/: AH\(/ {
	ah++
	match($0, /spi=0x[0-9a-f]+/)
	spis += !seen[substr($0, RSTART, RLENGTH)]++
	next
}
/ikev2_auth\[[IR]\]/ { match($0, /ikev2_auth/); auth[substr($0, RSTART + 11, 1)]++ }
# Of Main Mode two messages each way are in the clear; more are parts of the third.
/isakmp: phase 1 [IR] ident$/ { if (++ident[$9] > 2) auth[$9]++ }
/isakmp/ { ike++; next }
/ frag|: udp$|: ip-proto-17$/ { frag++; next }
/^[0-9.]+ IP/ { clear++; print >clear_lines }
END {
	printf "WIRE_AH=%d WIRE_ESP=%d WIRE_ENCAP=%d WIRE_IKE=%d WIRE_FRAG=%d", ah, esp, encap, ike, frag
	printf " WIRE_AUTH_I=%d WIRE_AUTH_R=%d", auth["I"], auth["R"]
	printf " WIRE_CLEAR=%d WIRE_SPIS=%d WIRE_LINES=%d\n", clear, spis, NR
}
