#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bootscope gateway as a debugger's packets see it: a scripted client on stdio, on a unix socket and
# on the loopback; what comes in wrong; clients that leave, and that come second.
set -u
: "${OUT:=build}" "${BUILD:=build}"
B=$OUT/bootscope
image=$BUILD/teaching.bzImage
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-gateway.XXXXXX")
gateway=
clean_up() {
	[ -z "$gateway" ] || kill -KILL "$gateway" 2>/dev/null
	rm -rf "$T"
}
trap clean_up EXIT

number=0
check() { # NAME COMMAND...
	local name=$1
	shift
	number=$((number + 1))
	if "$@" >"$T/check" 2>&1; then echo "ok $number - $name"; else
		echo "not ok $number - $name"
		sed 's/^/# /' "$T/check" | head -n 5
		sed 's/^/# stderr: /' "$T/err" | head -n 5
	fi
}

# A session on stdio: the script is this function's standard input.
stdio() { # NAME [GATEWAY OPTION...]
	local name=$1
	shift
	check "$name" timeout 60 "$OUT/tests/rsp_client" "| exec $B gateway $* 2>$T/err"
}

# Starts a gateway that listens; sets gateway and address once it does.
listen() { # ADDRESS IMAGE [OPTION...]
	: >"$T/err"
	# shellcheck disable=SC2086  # the options are split on purpose
	"$B" gateway --listen "$1" $2 >"$T/out" 2>"$T/err" </dev/null &
	gateway=$!
	address=$(timeout 20 tail -s 0.05 -n +1 -f --pid=$gateway "$T/err" | sed -n 's/.*listening on //p;/listening on/q')
}
client() { # NAME, at address
	local to=$address
	case $to in unix:*) ;; *) to=${to##*:} ;; esac
	check "$1" timeout 60 "$OUT/tests/rsp_client" "$to"
}
ended() { # STATUS: the gateway has ended so
	timeout 20 tail -s 0.05 --pid="$gateway" -f /dev/null || return 1
	wait "$gateway"
	local status=$?
	gateway=
	[ "$status" -eq "$1" ]
}

stdio "what each side can do" "$image" <<'END'
send qSupported:multiprocess+;swbreak+;hwbreak+
expect ^PacketSize=[0-9a-f]+;.*qXfer:features:read\+;qXfer:libraries:read\+.*QStartNoAckMode\+;vContSupported\+;swbreak\+;hwbreak\+
send vCont?
expect ^vCont;c;C;s;S$
send ?
expect ^T05thread:1;$
send qfThreadInfo
expect ^m1$
send qsThreadInfo
expect ^l$
send qC
expect ^QC1$
send qAttached
expect ^1$
send Hg0
expect ^OK$
send T1
expect ^OK$
send qOffsets
expect ^$
send x0,0
expect ^OK$
send QStartNoAckMode
expect ^OK$
send g
expect ^[0-9a-f]+$
send k
expect EOF
END

stdio "the register description is QEMU's, and of no operating system" "$image" <<'END'
send qXfer:features:read:target.xml:0,fff
expect ^l<\?xml.*</architecture><osabi>none</osabi><xi:include href="i386-64bit.xml"/>
send qXfer:features:read:i386-64bit.xml:0,20
expect ^m<\?xml
send qXfer:features:read:i386-64bit.xml:ffffff,20
expect ^l$
send qXfer:features:read:nothing.xml:0,20
expect ^E00$
send qXfer:features:read:../../etc/passwd:0,20
expect ^E00$
END

# The first instruction after reset: cs has the base 0xffff0000, rip is 0xfff0.
stdio "where cs has a base, rip is shown linear and taken linear" "$image" <<'END'
send p10
expect ^f0ffffff00000000$
send P10=f8ffffff00000000
expect ^OK$
send p10
expect ^f8ffffff00000000$
send qRcmd,72656773
console rip +0xfff8[^0-9a-f]
expect ^OK$
send P10=0000010000000000
expect ^E01$
send p10
expect ^f8ffffff00000000$
END

# In 32-bit code: QEMU itself would change other registers as well. rax becomes 0x77, and that is all.
stdio "G writes what differs, and only that" "$image" <<'END'
send Z0,100000,1
expect ^OK$
send qXfer:libraries:read::0,fff
expect ^l<\?xml
send c
expect ^T05thread:1;
send g
expect ^0000100000000000[0-9a-f]{1200}$
save
with 0 7700000000000000
expect ^OK$
send g
expect ^7700000000000000
same
send G0000
expect ^E01$
END

stdio "memory: what is there, up to where it ends" "$image" <<'END'
send Z0,100200,1
expect ^OK$
send qXfer:libraries:read::0,fff
expect ^l<\?xml
send c
expect ^T05thread:1;$
send M7000,4:deadbeef
expect ^OK$
send m7000,4
expect ^deadbeef$
send X7001,2:\x7d\x03\x11
expect ^OK$
send m7000,4
expect ^de2311ef$
send x7000,2
expect ^.#$
send m7000,ffffffffffffffff
expect ^de2311ef[0-9a-f]{16376}$
send mfffffff8,100
expect ^[0-9a-f]{16}$
send m100000000000,10
expect ^E14$
END

stdio "what is malformed is answered, and the session goes on" "$image" <<'END'
raw $g#00
expect ^-$
raw $g#zz
expect ^-$
raw nonsense+-\x00\xff
send mxyz
expect ^E01$
send m,
expect ^E01$
send m0
expect ^E01$
send m11111111111111111,1
expect ^E01$
send M100000,ffffffffffffffff:00
expect ^E01$
send M0,1:0
expect ^E01$
send M0,2:0g00
expect ^E01$
send X0,4:abc
expect ^E01$
send P10=00
expect ^E01$
send Pffff=00
expect ^E01$
send pfffffffffffffff
expect ^E01$
send Z9,0,1
expect ^E01$
send Z2,0,ffffffffffff
expect ^E01$
send z0
expect ^E01$
send qRcmd,abc
expect ^E01$
send qRcmd,72656700
expect ^E01$
send vCont;r0,1
expect ^E01$
send c100000
expect ^E01$
send qXfer:features:read:target.xml
expect ^E00$
send qXfer:features:read:target.xml:x,y
expect ^E00$
send nonsense
expect ^$
send \x00
expect ^$
send a}
expect ^E01$
raw $
repeat 20000 aa
raw #00
expect ^-$
send ?
expect ^T05thread:1;$
END
check "each with one line on stderr, and nothing of the packet in it that is not printable" \
	bash -c "! LC_ALL=C grep -v '^bootscope gateway: [ -~]*\$' $T/err && [ \$(wc -l <$T/err) -ge 22 ]"

for seed in 1 2 3 4 5; do
	stdio "400 damaged packets, seed $seed" "$image" <<END
fuzz $seed 400
settle 1
send g
expect ^[0-9a-f]{1216}$
send k
expect EOF
END
done

# Nothing that a client names is run, opened, read or written.
stdio "no program, no file of the host" "$image" <<END
send vRun;2f62696e2f7368
expect ^$
send vFile:open:2f6574632f706173737764,0,0
expect ^$
send vAttach;1
expect ^$
send A6,0,2f6269
expect ^$
send QEnvironmentHexEncoded:41
expect ^$
send qRcmd,$(printf 'source /etc/passwd' | od -An -tx1 -v | tr -d ' \n')
console ^(source:|.*source).*
expect ^OK$
send qRcmd,$(printf '!id' | od -An -tx1 -v | tr -d ' \n')
console no such command
expect ^OK$
send qRcmd,$(printf 'annotate -o %s/x setup-entry memory-detected' "$T" | od -An -tx1 -v | tr -d ' \n')
console .
expect ^OK$
END
check "no file was made" test ! -e "$T/x"

# A guest that runs in a circle at startup_64.
tests/e2e/plant "$image" 0x200 '\xeb\xfe' >"$T/hang"
options="--symbols $BUILD/stub.elf --symbols $BUILD/setup.elf $T/hang"
stdio "an interrupt stops a guest that runs" "$options" <<'END'
send qXfer:libraries:read::0,fff
expect ^l<\?xml
send c
raw \x03
expect ^T02thread:1;$
send p10
expect ^[0-9a-f]{16}$
send Z0,100200,1
expect ^OK$
send c
expect ^T05thread:1;$
send z0,100200,1
expect ^OK$
send vCont;c
raw \x03
expect ^T02thread:1;$
send p10
expect ^0002100000000000$
END

# Where the decompressor's file comes to another place, the client is told.
stdio "an interrupt beside a library event is told when the client resumes" "$image" <<'END'
send qXfer:libraries:read::0,fff
expect ^l<\?xml
send c
expect ^T05thread:1;library:;$
raw \x03
send qXfer:libraries:read::0,fff
expect ^l<\?xml
send c
expect ^T02thread:1;$
raw \x03
send s
expect ^T05thread:1;$
END

stdio "R takes the guest back to reset" "$image" <<'END'
send Z0,100000,1
expect ^OK$
send qXfer:libraries:read::0,fff
expect ^l<\?xml
send c
expect ^T05thread:1;$
raw $R00#b2
send ?
expect ^T05thread:1;$
send p10
expect ^f0ffffff00000000$
send c
expect ^T05thread:1;$
send p10
expect ^0000100000000000$
END

listen "unix:$T/left" "$image"
refuses() {
	timeout 20 "$B" gateway --listen "unix:$T/left" "$image" >"$T/refusal" 2>&1 </dev/null
	[ $? -eq 2 ] && grep -q 'somebody listens there already' "$T/refusal" && [ "$(wc -l <"$T/refusal")" -eq 1 ]
}
check "where a gateway listens, a second one does not" refuses
client "and the first is not disturbed by it" <<'END'
send ?
expect ^T05thread:1;$
END
kill -KILL "$gateway"
check "killed, it leaves its socket" ended 137
check "it is there still" test -S "$T/left"
listen "unix:$T/left" "$image"
client "a new one takes the place" <<'END'
send ?
expect ^T05thread:1;$
send k
expect EOF
END
check "and ends well" ended 0

listen "unix:$T/socket" "$image"
check "a unix socket that nobody else may use" test "$(stat -c %a "$T/socket")" = 700
client "one client leaves, in the middle of a packet" <<'END'
send Z0,100000,1
expect ^OK$
send qXfer:libraries:read::0,fff
expect ^l<\?xml
send c
expect ^T05thread:1;$
raw $m10000
END
client "the next finds the guest where it was, without the other's breakpoints" <<END
send ?
expect ^T05thread:1;$
send p10
expect ^0000100000000000$
send qXfer:libraries:read::0,fff
expect ^l<
send s
expect ^T05thread:1;$
send g
expect .
save
send k
expect EOF
END
check "kill ends the gateway, with status 0" ended 0
check "the socket is gone" test ! -e "$T/socket"

listen "unix:$T/socket" "$T/hang --symbols $BUILD/stub.elf"
client "a client leaves while the guest runs" <<'END'
send qXfer:libraries:read::0,fff
expect ^l<
send Z0,100200,1
expect ^OK$
send c
expect ^T05thread:1;$
send z0,100200,1
expect ^OK$
send c
END
client "the next finds it stopped, and can interrupt a command of the monitor's" <<END
send ?
expect ^T0[25]thread:1;
send p10
expect ^0002100000000000$
send qXfer:libraries:read::0,fff
expect ^l<
send qRcmd,$(printf run | od -An -tx1 -v | tr -d ' \n')
raw \x03
console startup_64
expect ^OK$
send qRcmd,$(printf 'si 100000000' | od -An -tx1 -v | tr -d ' \n')
raw \x03
console interrupted
expect ^OK$
send c
repeat 40000 \$?#3f
raw \x03
expect ^T02thread:1;$
expect ^T02thread:1;$
settle 1
END
kill -TERM "$gateway"
check "a signal ends it, with status 0" ended 0
check "the socket is gone" test ! -e "$T/socket"
check "what came while the guest ran was bounded, and one line says so" \
	test "$(grep -c 'sent more than 65536 bytes' "$T/err")" -eq 1
echo "1..$number"
