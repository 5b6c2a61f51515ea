#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# How busy the machine is decides how long a way takes, never where it ends. tests/tools/unlucky_qemu.c
# makes slices last until the guest's end, and QEMU die in them; all answers must be those of a machine
# that has nothing else to do.
set -u
: "${OUT:=build}" "${BUILD:=build}"
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-unlucky.XXXXXX")
trap 'rm -rf "$T"' EXIT

cat >"$T/qemu" <<END
#!/bin/sh
LD_PRELOAD=$(realpath "$OUT/tests/unlucky_qemu.so") exec qemu-system-x86_64 "\$@"
END
chmod +x "$T/qemu"

image=$BUILD/teaching.bzImage
number=0
# The lines of the commands on stdin must come out the same; some interrupt must have met its fate.
same() { # NAME FATE TIMES
	number=$((number + 1))
	cat >"$T/commands"
	"$OUT/bootscope" repl --json "$image" --append "quiet nokaslr" <"$T/commands" >"$T/wanted" 2>"$T/errors"
	rm -f "$T/state"
	UNLUCKY=$2 UNLUCKY_TIMES=$3 UNLUCKY_STATE=$T/state "$OUT/bootscope" repl --qemu "$T/qemu" --json "$image" \
		--append "quiet nokaslr" <"$T/commands" >"$T/got" 2>>"$T/errors"
	if [ -s "$T/wanted" ] && cmp -s "$T/wanted" "$T/got" && [ -s "$T/state" ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		diff "$T/wanted" "$T/got" | head -n 20 | cut -c 1-300 | sed 's/^/# /'
		sed 's/^/# /' "$T/errors"
		[ -s "$T/state" ] || echo "# nothing went wrong"
	fi
}

same "to a place that was not seen yet, with slices that last to the guest's end" late 3 <<END
c kernel-entry
go instructions + 3000000
END
same "to one that was, more often" late 9 <<END
c kernel-entry
b check_memory
c
rsi 2000000
END
same "back from the guest's end to a watched write" late 3 <<END
c kernel-entry
watch rsp - 8
run
rc
rc
END
same "back to a watched write, with QEMUs that die" die 3 <<END
c kernel-entry
go instructions + 3000000
watch rsp - 8
rc
rc
END
spoil="set u64[input_data + 0x80000] = 0x1234"
same "to a place before the one where the boot code stops" late 3 <<END
c location-chosen
$spoil
go instructions + 3000000
END
same "back to a watched write before it" late 3 <<END
c location-chosen
$spoil
go instructions + 3000000
watch rsp + 8
rc
END
echo "1..$number"
