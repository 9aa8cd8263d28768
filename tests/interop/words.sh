# The words that a connection of the tests is described by, and what each kind
# of daemon calls the algorithms: a library for sh.
#
#	words default transport ...	sets W_ALG, W_MODE, W_MOBIKE, W_DPD, W_ANY,
#					W_LIFE, W_V1, W_AGGR,
#					W_XAUTH, W_CFG, W_PULL, W_PARTS, W_AH, W_COMP
#	alg_word KIND gcm		sets ALG_IKE, ALG_ESP and ALG_AH in KIND's spelling;
#					"default" is whatever that daemon offers

words() {
	W_ALG=gcm W_MODE=tunnel W_MOBIKE=no W_DPD= W_ANY= W_LIFE= W_V1= W_AGGR= W_XAUTH= W_CFG= W_PULL=yes W_PARTS= W_AH= W_COMP=
	for _w in "$@"; do
		case $_w in
		default | chacha | cbc | sha1 | old | 3des | null | ctr | ccm) W_ALG=$_w ;;
		ah) W_AH=yes ;;		# instead of ESP
		comp) W_COMP=yes ;;	# IPComp inside
		transport) W_MODE=transport ;;
		mobike) W_MOBIKE=yes ;;
		dpd) W_DPD=1 ;;		# asks after a second of silence
		v1) W_V1=yes ;;		# IKEv1
		xauth-client | xauth-server) W_V1=yes W_XAUTH=${_w#xauth-} ;;	# which this end is
		cfg-client | cfg-server) W_V1=yes W_CFG=${_w#cfg-} ;;	# of Mode Config, pulled
		fragments) W_PARTS=yes ;;	# long messages do not get through whole
		push) W_PULL=no ;;	# or pushed
		aggr) W_V1=yes W_AGGR=yes ;;	# its Aggressive Mode
		any) W_ANY=yes ;;	# the peer's address is not told to who answers
		gap) ;;			# it removes the old SAs before it has the new ones
		brief-ike | brief-child) W_LIFE=${_w#brief-} ;;	# it is replaced within seconds
		esac
	done
}

alg_word() {
	ALG_IKE='' ALG_ESP='' ALG_AH=''
	while read -r _kind _word _what _value; do
		[ "$_kind $_word" = "$1 $2" ] || continue
		case $_what in
		ike) ALG_IKE=$_value ;;
		esp) ALG_ESP=$_value ;;
		ah) ALG_AH=$_value ;;
		esac
	done <<-END
	ours gcm ike aes_gcm128-sha2_256-x25519
	ours gcm esp aes_gcm128
	ours chacha ike chacha20_poly1305-sha2_512-ecp384
	ours chacha esp chacha20_poly1305
	ours cbc ike aes256-sha2_512-modp2048
	ours cbc esp aes256-sha2_512
	ours sha1 ike aes128-sha1-ecp256
	ours sha1 esp aes128-sha1
	ours old ike 3des-md5-modp1024,3des-sha1-modp1536
	ours old esp aes128-sha1
	ours gcm ah sha2_256
	ours cbc ah sha2_512
	ours sha1 ah sha1
	strongswan gcm ah sha256
	strongswan cbc ah sha512
	strongswan sha1 ah sha1
	libreswan gcm ah sha2_256
	libreswan cbc ah sha2_512
	libreswan sha1 ah sha1
	ours 3des ike aes256-sha2_512-modp2048
	ours 3des esp 3des-sha1
	ours null ike aes256-sha2_512-modp2048
	ours null esp null-sha1
	ours ctr ike aes256-sha2_512-modp2048
	ours ctr esp aes_ctr256-sha2_256
	ours ccm ike aes256-sha2_512-modp2048
	ours ccm esp aes_ccm128
	strongswan 3des ike aes256-sha512-modp2048
	strongswan 3des esp 3des-sha1
	strongswan null ike aes256-sha512-modp2048
	strongswan null esp null-sha1
	strongswan ctr ike aes256-sha512-modp2048
	strongswan ctr esp aes256ctr-sha256
	strongswan ccm ike aes256-sha512-modp2048
	strongswan ccm esp aes128ccm16
	libreswan 3des ike aes256-sha2_512-dh14
	libreswan 3des esp 3des-sha1
	libreswan null ike aes256-sha2_512-dh14
	libreswan null esp null-sha1
	libreswan ctr ike aes256-sha2_512-dh14
	libreswan ctr esp aes_ctr256-sha2_256
	libreswan ccm ike aes256-sha2_512-dh14
	libreswan ccm esp aes_ccm128
	strongswan old ike 3des-md5-modp1024
	strongswan old esp aes128-sha1
	libreswan old ike 3des-sha1-dh5
	libreswan old esp aes128-sha1
	strongswan default ike default
	strongswan default esp default
	strongswan gcm ike aes128gcm16-prfsha256-x25519
	strongswan gcm esp aes128gcm16
	strongswan chacha ike chacha20poly1305-prfsha512-ecp384
	strongswan chacha esp chacha20poly1305
	strongswan cbc ike aes256-sha512-modp2048
	strongswan cbc esp aes256-sha512
	strongswan sha1 ike aes128-sha1-ecp256
	strongswan sha1 esp aes128-sha1
	libreswan gcm ike aes_gcm128-sha2_256-dh31
	libreswan gcm esp aes_gcm128
	libreswan chacha ike chacha20_poly1305-sha2_512-dh20
	libreswan chacha esp chacha20_poly1305
	libreswan cbc ike aes256-sha2_512-dh14
	libreswan cbc esp aes256-sha2_512
	libreswan sha1 ike aes128-sha1-dh19
	libreswan sha1 esp aes128-sha1
	openiked gcm ike enc aes-128-gcm prf hmac-sha2-256 group curve25519
	openiked gcm esp enc aes-128-gcm
	openiked chacha ike enc aes-256-gcm prf hmac-sha2-512 group ecp384
	openiked chacha esp enc chacha20-poly1305
	openiked cbc ike enc aes-256 auth hmac-sha2-512 prf hmac-sha2-512 group modp2048
	openiked cbc esp enc aes-256 auth hmac-sha2-512
	openiked sha1 ike enc aes-128 auth hmac-sha1 prf hmac-sha1 group ecp256
	openiked sha1 esp enc aes-128 auth hmac-sha1
	END
}
