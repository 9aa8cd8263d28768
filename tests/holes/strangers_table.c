/* The datagrams of the known holes that need no proof of anything. Aggressive Mode is
 * silent where no connection asks for it; where one does, all of it is tried again. */
#include "tests/holes/strangers.h"

#define INIT "init @33 $SA @34 $KE @40 $NO"
#define INIT14(ke) "init @33 $SA14 @34 000e0000 " ke " @40 $NO"
#define MAIN "mm @1 $SA1"
#define AGGRESSIVE "am @1 $SA1 @4 $KE1 @10 $NO1 @5 01000000 c0010242"
/* On the SA that the answer names: junk where SK should be. */
#define AUTH "auth spi_i=live spi_r=live @46 5c*60"
#define ON "spi_i=live spi_r=live"
/* IKEv1: DOI and situation, one proposal of one transform with these attributes. */
#define OFFER(p, t, attributes) "mm @1 0000000100000001 000000" p " 01010001 000000" t " 01010000 " attributes

enum { INVALID_SYNTAX = 7, INVALID_VERSION = 5, NO_PROPOSAL = 14, BAD_SYNTAX = 15, INVALID_KE = 17 };

const struct stranger strangers[] = {
	/* shorter than the header; majors that nobody speaks */
	{ "H02", CUT, INIT, NULL, ANYTHING },
	{ "H02", CUT, MAIN, NULL, ANYTHING },
	{ "H02", ONCE, "init ver=00 @33 $SA @34 $KE @40 $NO", NULL, SILENCE },
	{ "H02", ONCE, "init ver=30 @33 $SA @34 $KE @40 $NO", NULL, INVALID_VERSION },
	{ "H02", ONCE, "init ver=f0 @33 $SA @34 $KE @40 $NO", NULL, INVALID_VERSION },
	{ "H02", ONCE, "mm ver=00 @1 $SA1", NULL, ANYTHING },
	/* each mandatory payload left out, doubled or renumbered; AUTH so on its SA */
	{ "H03", PAYLOADS, INIT, NULL, ANYTHING },
	{ "H03", PAYLOADS, "auth " ON " @35 01000000c0010242 @39 01000000 00*32 @33 $SA @44 $NO @45 $NO",
	  NULL, ANYTHING },
	{ "H03", ONCE, INIT, "auth " ON " @46 21 @33 $SA", ANYTHING },
	/* DOI and situation of all ones; SAK */
	{ "H04", ONCE, "mm @1 ff*40", NULL, BAD_SYNTAX },
	{ "H04", ONCE, "mm @1 ffffffff ffffffff 0000002c 01010001 00000024 01010000 80010007 800e0100"
	  " 80020004 8004000e 80030001 800b0001 800c0e10", NULL, BAD_SYNTAX },
	{ "H04", ONCE, "mm first=15 @1 $SA1", NULL, SILENCE },
	{ "H04", ONCE, "mm @1 $SA1 @15 5a*8", NULL, SILENCE },
	/* KE values of no use, with the message that makes us compute */
	{ "H05", ONCE, "init @33 $SA @34 001f0000 00*32 @40 $NO", AUTH, ANYTHING },
	{ "H05", ONCE, "init @33 $SA @34 001f0000 01 00*31 @40 $NO", AUTH, ANYTHING },
	{ "H05", ONCE, "init @33 $SA @34 001f0000 ff*32 @40 $NO", AUTH, ANYTHING },
	{ "H05", ONCE, "init @33 $SA @34 001f0000 09*31 @40 $NO", AUTH, INVALID_SYNTAX },
	{ "H05", ONCE, "init @33 $SA @34 001f0000 @40 $NO", AUTH, SILENCE },
	{ "H05", ONCE, "init @33 $SA @34 @40 $NO", AUTH, SILENCE },
	{ "H05", ONCE, INIT14("00*256"), AUTH, ANYTHING },
	{ "H05", ONCE, INIT14("00*255 01"), AUTH, ANYTHING },
	{ "H05", ONCE, INIT14("$P14- fffffffe"), AUTH, ANYTHING },
	{ "H05", ONCE, INIT14("$P14- ffffffff"), AUTH, ANYTHING },
	{ "H05", ONCE, INIT14("ff*256"), AUTH, ANYTHING },
	{ "H05", ONCE, INIT14("02*255"), AUTH, INVALID_SYNTAX },
	/* an integrity algorithm that we do not have: AES-XCBC */
	{ "H06", ONCE, "init @33 0000002c 01010004 0300000c 0100000c800e0080 03000008 02000005"
	  " 03000008 03000005 00000008 0400001f @34 $KE @40 $NO", NULL, NO_PROPOSAL },
	/* first messages of an honest shape: what comes back, and how often? */
	{ "H07", ONCE, INIT, NULL, ANYTHING },
	{ "H07", ONCE, MAIN, NULL, ANYTHING },
	{ "H07", ONCE, AGGRESSIVE, NULL, SILENCE },
	/* what an error would have to answer with more than came */
	{ "H07", ONCE, "info spi_r=5a5a5a5a5a5a5a5a", NULL, SILENCE },
	{ "H07", ONCE, "init ver=30", NULL, SILENCE },
	{ "H07", ONCE, "mm @1 00000001", NULL, SILENCE },
	/* no DH transform; NONE */
	{ "H08", ONCE, "init @33 0000001c 01010002 0300000c 01000014800e0100 00000008 02000005"
	  " @34 $KE @40 $NO", NULL, NO_PROPOSAL },
	{ "H08", ONCE, "init @33 00000024 01010003 0300000c 01000014800e0100 03000008 02000005"
	  " 00000008 04000000 @34 $KE @40 $NO", NULL, NO_PROPOSAL },
	/* not AUTH on the SA without keys */
	{ "H11", ONCE, INIT, "info mid=1 " ON " @46 5c*60", ANYTHING },
	{ "H11", ONCE, INIT, "info mid=1 " ON " @42 01000000", ANYTHING },
	{ "H11", ONCE, MAIN, "inf fl=01 " ON " 5c*64", ANYTHING },
	/* INFORMATIONAL and odd exchanges for cookies that nobody has */
	{ "H12", ONCE, "inf spi_r=5a5a5a5a5a5a5a5a @11 00000001 0100 0010", NULL, SILENCE },
	{ "H12", ONCE, "inf fl=01 spi_r=5a5a5a5a5a5a5a5a 5c*64", NULL, SILENCE },
	{ "H12", ONCE, "qm spi_r=5a5a5a5a5a5a5a5a 5c*64", NULL, SILENCE },
	{ "H12", ONCE, "mm ex=f1 spi_r=5a5a5a5a5a5a5a5a @1 $SA1", NULL, SILENCE },
	{ "H12", ONCE, "info spi_r=5a5a5a5a5a5a5a5a @41 00004000", NULL, ANYTHING },
	{ "H12", ONCE, "init ex=f1 spi_r=5a5a5a5a5a5a5a5a @41 00004000", NULL, ANYTHING },
	/* the SA payload twice */
	{ "H13", ONCE, "mm @1 $SA1 @1 $SA1", NULL, ANYTHING },
	{ "H13", ONCE, "am @1 $SA1 @1 $SA1 @4 $KE1 @10 $NO1 @5 01000000c0010242", NULL, SILENCE },
	{ "H13", ONCE, "init @33 $SA @33 $SA @34 $KE @40 $NO", NULL, ANYTHING },
	/* selectors that lie, in front of any key; behind them: auth_table.c */
	{ "H14", ONCE, INIT, "auth " ON " @44 05000000 @45 00000000", ANYTHING },
	/* AM1 that nothing fits, then once more on what was answered */
	{ "H15", ONCE, "am @1 0000000100000001 00000028 01010001 00000020 01010000 80010001 80020001"
	  " 80040001 80030001 800b0001 800c0e10 @4 $KE1 @10 $NO1 @5 01000000c0010242",
	  "am spi_r=live @1 $SA1 @4 $KE1 @10 $NO1 @5 01000000c0010242", SILENCE },
	/* fragments with a full house of unknown payloads around them */
	{ "H21", ONCE, INIT, "auth " ON " @200^62 @53 00010001 5c*60", ANYTHING },
	{ "H21", ONCE, INIT, "auth " ON " @200^63 @53 00010001 5c*60", ANYTHING },
	{ "H21", ONCE, INIT, "auth " ON " @200^64 @53 00010001 5c*60", ANYTHING },
	{ "H21", ONCE, "init @200^61 @33 $SA @34 $KE @40 $NO", NULL, ANYTHING },
	{ "H21", ONCE, "init @200^62 @33 $SA @34 $KE @40 $NO", NULL, ANYTHING },
	{ "H21", ONCE, "mm @1 $SA1 @13^63", NULL, ANYTHING },
	{ "H21", ONCE, "mm @1 $SA1 @13^64", NULL, SILENCE },
	/* a certificate whose RSA exponent is 0 */
	{ "H22", ONCE, "init @33 $SA @34 $KE @40 $NO @37 04 3009020400a1b2c3020100", NULL, ANYTHING },
	{ "H22", ONCE, "am @1 $SA1 @4 $KE1 @10 $NO1 @5 01000000c0010242 @6 04 3009020400a1b2c3020100",
	  NULL, SILENCE },
	/* R_U_THERE where there is no SA */
	{ "H24", ONCE, "inf spi_r=5a5a5a5a5a5a5a5a @11 00000001 01108d28 5a*16 00000001", NULL, SILENCE },
	{ "H24", ONCE, "inf " ON " @11 00000001 01108d28 5a*16 00000001", NULL, SILENCE },
	/* distinguished names with lengths past their end, in the clear of AM1 */
	{ "H25", ONCE, "am @1 $SA1 @4 $KE1 @10 $NO1 @5 09000000 3082ffff310b300906035504", NULL, SILENCE },
	{ "H25", ONCE, "am @1 $SA1 @4 $KE1 @10 $NO1 @5 09000000 30ff", NULL, SILENCE },
	{ "H25", ONCE, "am @1 $SA1 @4 $KE1 @10 $NO1 @5 09000000", NULL, SILENCE },
	/* key lengths that no cipher has: 0, 1, 65535; one for 3DES */
	{ "H27", ONCE, OFFER("2c", "24", "80010007 800e0000 80020004 8004000e 80030001 800b0001 800c0e10"),
	  NULL, ANYTHING },
	{ "H27", ONCE, OFFER("2c", "24", "80010007 800e0001 80020004 8004000e 80030001 800b0001 800c0e10"),
	  NULL, ANYTHING },
	{ "H27", ONCE, OFFER("2c", "24", "80010007 800effff 80020004 8004000e 80030001 800b0001 800c0e10"),
	  NULL, ANYTHING },
	{ "H27", ONCE, OFFER("2c", "24", "80010005 800e00c0 80020004 8004000e 80030001 800b0001 800c0e10"),
	  NULL, ANYTHING },
	{ "H27", ONCE, "init @33 00000024 01010003 0300000c 01000014800effff 03000008 02000005"
	  " 00000008 0400001f @34 $KE @40 $NO", NULL, NO_PROPOSAL },
	/* thousands of mutations of syntax */
	{ "H29", OCTETS, MAIN, NULL, ANYTHING },
	{ "H29", OCTETS, "am @1 $SA1 @4 02*12 @10 5b*8 @5 01000000c0010242", NULL, SILENCE },
	{ "H29", PAYLOADS, AGGRESSIVE, NULL, SILENCE },
	{ "H29", LENGTHS, AGGRESSIVE, NULL, SILENCE },
	/* ESP shorter than what it must hold is in lab/holes_test.sh; encrypted and malformed
	 * where an encrypted notify would have to answer */
	{ "H32", ONCE, MAIN, "mm fl=01 " ON " 5c*64", ANYTHING },
	{ "H32", ONCE, MAIN, "mm fl=01 " ON " 5c*13", ANYTHING },
	/* KE of zeros; then IKE_AUTH */
	{ "H33", ONCE, "init @33 $SA @34 001f0000 00*32 @40 $NO", AUTH, ANYTHING },
	/* a malformed first message, then CREATE_CHILD_SA on what it left */
	{ "H34", ONCE, "init @33 $SA @34 $KE @40 5a", "child mid=1 " ON " @46 5c*60", ANYTHING },
	{ "H34", ONCE, INIT, "child mid=1 " ON " @46 5c*60", ANYTHING },
	{ "H34", ONCE, INIT, "child mid=0 " ON " @33 $SA @40 $NO @44 $NO @45 $NO", ANYTHING },
	/* names that look like ASN.1 */
	{ "H37", ONCE, "am @1 $SA1 @4 $KE1 @10 $NO1 @5 03000000 3084ffffffff '@example.org'", NULL, SILENCE },
	/* fragments of IKEv1: number 0, another's id, the last one with holes before it */
	{ "H39", ONCE, "mm spi_r=5a5a5a5a5a5a5a5a @132 0001 00 00 5c*60", NULL, SILENCE },
	{ "H39", ONCE, MAIN, "mm " ON " @132 0001 00 00 5c*60", ANYTHING },
	{ "H39", ONCE, MAIN, "mm " ON " @132 0001 0f 01 5c*60", ANYTHING },
	{ "H39", ONCE, MAIN, "mm " ON " @132 ffff ff 00 5c*60", ANYTHING },
	/* CREATE_CHILD_SA while IKE_AUTH is open, with junk; with keys: order_test.c */
	{ "H40", ONCE, INIT, "child mid=1 " ON " @46 5c*160", ANYTHING },
	{ "H40", ONCE, INIT, "child mid=1 fl=28 " ON " @46 5c*160", ANYTHING },
	/* every number that a group may have */
	{ "H41", GROUPS, INIT, NULL, INVALID_KE },
	/* payloads of the other version */
	{ "H42", ONCE, "init @1 $SA1 @4 $KE1 @10 $NO1", NULL, ANYTHING },
	{ "H42", ONCE, "init @33 $SA @34 $KE @40 $NO @1! $SA1", NULL, SILENCE },
	{ "H42", ONCE, "mm @33 $SA @34 $KE @40 $NO", NULL, SILENCE },
	{ "H42", ONCE, "mm @1 $SA1 @34 $KE", NULL, SILENCE },
	{ "H42", PAYLOADS, MAIN, NULL, ANYTHING },
	/* PRF of HMAC-MD5 alone */
	{ "H48", ONCE, "init @33 00000024 01010003 0300000c 01000014800e0100 03000008 02000001"
	  " 00000008 0400001f @34 $KE @40 $NO", NULL, NO_PROPOSAL },
	/* public values longer than any buffer */
	{ "H55", ONCE, "init @33 $SA @34 001f0000 09*1024 @40 $NO", NULL, INVALID_SYNTAX },
	{ "H55", ONCE, "init @33 $SA @34 001f0000 09*60000 @40 $NO", NULL, INVALID_SYNTAX },
	{ "H55", ONCE, MAIN, "mm " ON " @4 02*60000 @10 $NO1", ANYTHING },
	/* each length 0, less than its header, more than the rest; attributes too */
	{ "H59", LENGTHS, INIT, NULL, ANYTHING },
	{ "H59", LENGTHS, "mm @1 $SA1 @13 5a*16 @13 5a*8", NULL, ANYTHING },
	{ "H59", OCTETS, "init @33 $SA @34 001f0000 @40 5a", NULL, ANYTHING },
	/* behind the keys of an SA that is up, from another address: nothing moves */
	{ "H61", ONCE, "info " ON " @46 29 5c*60", NULL, SILENCE },
	{ "H61", ONCE, "child " ON " @46 29 5c*160", NULL, SILENCE },
	{ "H61", ONCE, "auth " ON " @46 29 5c*160", NULL, SILENCE },
	{ "H61", ONCE, "inf fl=01 " ON " 5c*64", NULL, SILENCE },
	{ "H61", ONCE, "qm " ON " 5c*64", NULL, SILENCE },
	/* out of order: a response that nobody asked for, ids of long ago and far ahead */
	{ "H65", ONCE, "init fl=20 " ON " @33 $SA @34 $KE @40 $NO", NULL, SILENCE },
	{ "H65", ONCE, "auth fl=20 " ON " @46 29 5c*60", NULL, SILENCE },
	{ "H65", ONCE, "info mid=0 " ON " @46 29 5c*60", NULL, SILENCE },
	{ "H65", ONCE, "info mid=4294967295 " ON " @46 29 5c*60", NULL, SILENCE },
	{ "H65", ONCE, "child fl=28 mid=4294967295 " ON " @46 29 5c*60", NULL, SILENCE },
	{ "H65", ONCE, INIT, "init fl=20 " ON " @33 $SA @34 $KE @40 $NO", ANYTHING },
	{ "H65", ONCE, MAIN, "mm " ON " @1 $SA1", ANYTHING },
	{ "H65", ONCE, MAIN, "am " ON " @1 $SA1 @4 $KE1 @10 $NO1 @5 01000000c0010242", ANYTHING },
	/* a payload of no length; SA and CERTREQ too short; a Delete of 65535 SPIs */
	{ "H66", ONCE, "mm @1=0 $SA1", NULL, SILENCE },
	{ "H66", ONCE, "mm @13=0 5a*8", NULL, SILENCE },
	{ "H66", ONCE, "mm @1 000000", NULL, SILENCE },
	{ "H66", ONCE, "mm @1 $SA1 @7", NULL, ANYTHING },
	{ "H66", ONCE, "inf " ON " @12 00000001 01 10 ffff 5a*16", NULL, SILENCE },
	{ "H66", ONCE, "inf " ON " @12 00000001 03 00 ffff", NULL, SILENCE },
	{ "H66", ONCE, "info " ON " @42 0304ffff 5a*8", NULL, SILENCE },
	/* in the clear, for an SA that is up: Delete, INITIAL-CONTACT, errors */
	{ "H69", ONCE, "info " ON " @42 01000000", NULL, SILENCE },
	{ "H69", ONCE, "info " ON " @41 00004000", NULL, SILENCE },
	{ "H69", ONCE, "info fl=28 " ON " @41 00000018", NULL, SILENCE },
	{ "H69", ONCE, "info fl=28 " ON " @41 00000004", NULL, SILENCE },
	{ "H69", ONCE, "auth fl=28 " ON " @41 00000018", NULL, SILENCE },
	{ "H69", ONCE, "child fl=28 " ON " @41 0000002c", NULL, SILENCE },
	{ "H69", ONCE, "info mid=0 spi_r=5a5a5a5a5a5a5a5a @41 0000000b $ESP", NULL, ANYTHING },
	{ "H69", ONCE, "inf " ON " @12 00000001 01100001 5a*16", NULL, SILENCE },
	{ "H69", ONCE, "inf " ON " @11 00000001 01106002 5a*16", NULL, SILENCE },
	{ "H69", ONCE, "inf " ON " @8 5c*32 @12 00000001 01100001 5a*16", NULL, SILENCE },
	/* 4 GB, it says */
	{ "H70", ONCE, "init len=4294967295", NULL, ANYTHING },
	{ "H70", ONCE, "mm len=4294967295", NULL, SILENCE },
	{ "H70", ONCE, "mm len=4294967295 @1 $SA1", NULL, SILENCE },
	/* a fragment of nothing */
	{ "H72", ONCE, MAIN, "mm " ON " @132", ANYTHING },
	{ "H72", ONCE, MAIN, "mm " ON " @132 0001 01 01", ANYTHING },
	{ "H72", ONCE, INIT, "auth " ON " @53", ANYTHING },
	{ "H72", ONCE, INIT, "auth " ON " @53 00010001", ANYTHING },
	/* GSSAPI: its method, its attribute of a name */
	{ "H74", ONCE, OFFER("34", "2c", "80010007 800e0100 80020004 8004000e 8003fde9 800b0001 800c0e10"
	  " 40000004 4100ffff"), NULL, ANYTHING },
	/* Aggressive Mode with a shared secret: a hash to guess it from */
	{ "H75", ONCE, AGGRESSIVE, NULL, SILENCE },
	/* RSA encryption: its two methods in the offer, its messages */
	{ "H76", ONCE, OFFER("2c", "24", "80010007 800e0100 80020004 8004000e 80030004 800b0001 800c0e10"),
	  NULL, ANYTHING },
	{ "H76", ONCE, OFFER("2c", "24", "80010007 800e0100 80020004 8004000e 80030005 800b0001 800c0e10"),
	  NULL, ANYTHING },
	{ "H76", ONCE, MAIN, "mm " ON " @8 5c*32 @4 $KE1 @5 5c*256 @10 5c*256", ANYTHING },
	/* an SA whose inside lies; fragments shorter than their headers */
	{ "H77", LENGTHS, MAIN, NULL, ANYTHING },
	{ "H77", ONCE, "mm @1 00000001 00000001 0000ffff 01010001 0000ffff 01010000", NULL, BAD_SYNTAX },
	{ "H77", ONCE, "mm @1 00000001 00000001 00000008 0101ff01", NULL, BAD_SYNTAX },
	{ "H77", ONCE, MAIN, "mm " ON " @132=4 00", ANYTHING },
	{ "H77", ONCE, MAIN, "mm " ON " @132=7 000101", ANYTHING },
	{ "H77", ONCE, INIT, "auth " ON " @53=7 000100", ANYTHING },
};
const unsigned n_strangers = sizeof(strangers) / sizeof(*strangers);
