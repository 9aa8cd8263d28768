# The steps of tests/vm/table: a library for bash. Source tests/steps.sh first.
#
#	kernel_has_esp		has the kernel in use?
#	kernel_begin		opens the table, installs what its steps need
#	kernel_steps		takes the next step until there is none; several
#				lanes may call it at once

kernel_has_esp() {
	unshare -n ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100 mode tunnel \
		aead 'rfc4106(gcm(aes))' 0x00112233445566778899aabbccddeeff00112233 128 2>/dev/null
}

kernel_begin() {
	local needs
	grep -v '^#' tests/vm/table >"$log/table"
	queue kernel "$log/table"
	for needs in $(awk '$3 != "-" {print $3}' "$log/table" | sort -u); do
		tests/deps "$needs" >"$log/deps-$needs" 2>&1 && fetch_for "$needs" ||
			touch "$log/lacks-$needs"
	done
}

# There is no network in a kernel of its own.
fetch_for() {
	[ "$1" != interop ] || (. tests/interop/peers.sh && peers_fetch) >>"$log/deps-$1" 2>&1
}

kernel_steps() {
	local name limit needs command
	while queue_next kernel name limit needs command; do
		if [ -e "$log/lacks-$needs" ]; then
			skip "vm-$name" "what it needs cannot be installed (tests/deps $needs)"
		else
			step -t "vm-$name" "$limit" env LAB_PLANE=--use-netkey LAB_INNER=eth0 bash -c "$command"
		fi
	done
}
