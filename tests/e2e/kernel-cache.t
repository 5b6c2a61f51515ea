#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The cache of tests/linux/kernel, with an apt whose archive is a folder: FOLDER/PACKAGE holds a
# package's version. Each download appends the package to FOLDER.got.
set -u
if [ ! -d /var/lib/apt/lists ]; then
	echo "1..0 # SKIP no apt here"
	exit 0
fi
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-kernels.XXXXXX")
trap 'rm -rf "$T"' EXIT
export T BOOTSCOPE_KERNELS=$T/cache PATH=$T/bin:$PATH

mkdir "$T/bin" "$T/index" "$T/archive"
cat >"$T/bin/apt-cache" <<'END'
#!/bin/sh
case $1 in
pkgnames) ls "$T/index" ;;
show) echo "Version: $(cat "$T/index/$3")" ;;
esac
END
cat >"$T/bin/apt-get" <<'END'
#!/bin/bash
while [ "${1#-}" != "$1" ]; do
	case $1 in -o) shift ;; esac
	shift
done
case $1 in
update) [ ! -e "$T/offline" ] && rm -rf "$T/index" && cp -r "$T/archive" "$T/index" ;;
download)
	package=${*: -1}
	[ ! -e "$T/offline" ] && [ -e "$T/archive/$package" ] || exit 100
	echo "$package" >>"$T/got"
	echo "$package $(cat "$T/archive/$package")" >package.deb
	;;
esac
END
cat >"$T/bin/dpkg" <<'END'
#!/bin/sh
mkdir -p data/boot && cp "$2" data/boot/vmlinuz-new && tar -c -C data ./boot && [ ! -e "$T/full" ]
END
printf '#!/bin/sh\nshift\nexec "$@"\n' >"$T/bin/sudo"
chmod +x "$T"/bin/*

package() { # NAME VERSION
	echo "$2" >"$T/archive/$1"
}
kernel() { tests/linux/kernel "$@" 2>"$T/stderr"; }
# As apt-get update and time do to what the cache believes.
index_changes() { apt-get update && find "$T/cache" -type f -exec touch -d 2000-01-01 {} +; }

number=0
check() { # NAME TEST...
	number=$((number + 1))
	local name=$1
	shift
	if "$@"; then echo "ok $number - $name"; else
		echo "not ok $number - $name"
		{ find "$T/cache"; cat "$T/stderr"; } | sed 's/^/# /'
	fi
}
is() { # PATH TEXT: FILE is in the cache and holds TEXT
	[[ $1 == "$T/cache/"* ]] && [ "$(cat "$1")" = "$2" ]
}
skips() { # NAME WORDS
	local status=0 out
	out=$(kernel "$1") || status=$?
	[ $status = 77 ] && [ -z "$out" ] && [ "$(wc -l <"$T/stderr")" = 1 ] && grep -q "$2" "$T/stderr"
}
downloads() { [ "$(sed -n "$=" "$T/got")" = "$1" ]; }

echo "1..15"
touch "$T/offline"
check "no network, nothing cached: 77 and one line" skips 6.1-cloud "no kernel 6.1-cloud: the package index names no"
rm "$T/offline"
check "it is not tried again at once" skips 6.1-cloud "the package index names no"

for p in linux-image-6.1.0-9-cloud-amd64 linux-image-6.1.0-10-cloud-amd64-unsigned \
	linux-image-6.1.0-10-cloud-amd64 linux-image-6.1.0-11-cloud-amd64-dbg linux-image-6.1.0-12-amd64 \
	linux-image-6.1.0-13-rt-amd64 linux-image-6.12.7+deb12-cloud-amd64 linux-image-6.12-cloud-amd64 \
	linux-image-6.10.11+bpo-cloud-amd64; do
	package $p 1-1
done
rm -rf "$T/cache"
check "the newest of its flavour, the signed one" is "$(kernel 6.1-cloud)" "linux-image-6.1.0-10-cloud-amd64 1-1"
check "amd64 is no cloud kernel" is "$(kernel 6.1-amd64)" "linux-image-6.1.0-12-amd64 1-1"
check "nor a real-time one" is "$(kernel 6.1-rt)" "linux-image-6.1.0-13-rt-amd64 1-1"
check "no meta-package" is "$(kernel 6.12-cloud)" "linux-image-6.12.7+deb12-cloud-amd64 1-1"
check "each was downloaded once" downloads 4
first=$(kernel 6.1-cloud)
check "and not again" downloads 4

package linux-image-6.1.0-10-cloud-amd64 1-2
index_changes
check "the index names another version: that one" is "$(kernel 6.1-cloud)" "linux-image-6.1.0-10-cloud-amd64 1-2"
check "the one before stays" [ -e "$first" ]
package linux-image-6.1.0-14-cloud-amd64 1-3
index_changes
touch "$T/offline"
check "no network: the old one" is "$(kernel 6.1-cloud)" "linux-image-6.1.0-10-cloud-amd64 1-2"
rm "$T/offline"
index_changes
check "network again: the new one" is "$(kernel 6.1-cloud)" "linux-image-6.1.0-14-cloud-amd64 1-3"

package linux-image-6.12.7+deb12-amd64 1-1
apt-get update
touch "$T/full"
check "a package that cannot be unpacked leaves nothing" skips 6.12-amd64 "cannot be downloaded"
rm "$T/full"
rm -rf "$T/cache/6.12-amd64" "$T/got"
for i in 1 2 3 4; do tests/linux/kernel 6.12-amd64 >"$T/path$i" 2>/dev/null & done
wait
check "four at a time: one download" downloads 1
check "and one path" [ "$(sort -u "$T"/path? | wc -l)" = 1 ]
