# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Sourced: kernels from the package archive, with nothing installed.

# Where there is no network that is to be known soon.
APT="apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=15 -o Acquire::https::Timeout=15"

# Fails, and prints which tool there is none of.
have_apt() {
	for tool in apt-get apt-cache dpkg; do
		command -v "$tool" >/dev/null 2>&1 || {
			echo "no $tool here"
			return 1
		}
	done
}

# newest_package VERSION FLAVOUR: the name of the newest linux-image package whose version begins as
# the extended regular expression VERSION and whose flavour is FLAVOUR (amd64, cloud-amd64,
# rt-amd64); nothing when there is none. They are named linux-image-6.1.0-31-cloud-amd64 or
# linux-image-6.12.48+deb13-amd64; -unsigned stands behind that where the signed one is yet to come.
newest_package() {
	apt-cache pkgnames linux-image- |
		grep -E "^linux-image-$1[^-]*(-[0-9][^-]*)?-$2(-unsigned)?\$" |
		awk '{ name = $1; sub(/-unsigned$/, ""); print $1, name }' |
		sort -k 1,1V -k 2,2r | tail -n 1 | cut -d " " -f 2
}

# package_version PACKAGE
package_version() {
	apt-cache show --no-all-versions "$1" | sed -n 's/^Version: //p' | head -n 1
}

# update_index SUDO: fails for who may not; SUDO is how root is asked for, in words.
update_index() {
	# shellcheck disable=SC2086  # both are split on purpose
	if [ "$(id -u)" -eq 0 ]; then
		$APT update >&2
	else
		$1 $APT update >&2
	fi
}

# unpack_package PACKAGE FOLDER PATTERN: downloads it and unpacks what is like ./PATH to FOLDER/root.
unpack_package() (
	cd "$2" && mkdir root || exit 1
	# apt's own user may not write here.
	chmod 755 . && $APT download -o APT::Sandbox::User=root "$1" >&2 &&
		dpkg --fsys-tarfile ./*.deb >data.tar && rm -f ./*.deb &&
		tar -x -f data.tar -C root --no-same-owner --wildcards "$3" && rm -f data.tar
)

# unpack_vmlinuz PACKAGE FILE: makes FILE, whole or not at all. Fails when the package cannot be had, or holds
# no kernel.
unpack_vmlinuz() (
	work=$(mktemp -d "$(dirname "$2")/fetch.XXXXXX") || exit 1
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
	unpack_package "$1" "$work" "./boot/vmlinuz-*" && mv "$work"/root/boot/vmlinuz-* "$work/vmlinuz" &&
		chmod 644 "$work/vmlinuz" && mv "$work/vmlinuz" "$2"
)
