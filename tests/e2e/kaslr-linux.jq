# SPDX-License-Identifier: GPL-3.0-or-later
#
# Where a decompressor of Linux may put its kernel, by trying every address; for boots without mem=,
# memmap= and hugepagesz=. Input is {stop: the checkpoint location-chosen of trace --json,
# info: {...}}; output is a line for each thing that the view of KASLR has otherwise.

def hex:
  ltrimstr("0x") | ascii_downcase | explode
  | reduce .[] as $c (0; . * 16 + (if $c >= 97 then $c - 87 else $c - 48 end));

def overlaps($start; $stop; $region): $start < $region.end and $region.start < $stop;

.stop.kaslr as $view
| .stop.boot_params as $bp
| (.info.alignment.kernel | hex) as $align
| (.info.pref_address | hex) as $pref
| ([.info.kernel.segments[] | (.phys | hex) + (.memory_size | hex)] | max - $pref) as $total
| ((([$total, .info.payload.unpacked] | max) + 2097151) / 2097152 | floor * 2097152) as $size
| [
    {start: ((.stop.relocation.copy | hex) + (.info.payload.offset | hex) - (.info.code.offset | hex)),
     end: ($pref + (.info.init_size | hex))},
    {start: ($bp.address | hex), end: (($bp.address | hex) + 4096)},
    {start: ($bp.command_line_address | hex),
     end: (($bp.command_line_address | hex) + ($bp.command_line | length) + 1)},
    (if $bp.initrd then
      {start: ($bp.initrd.start | hex), end: (($bp.initrd.start | hex) + ($bp.initrd.size | hex))}
     else empty end),
    ($bp.setup_data[] | {start: (.address | hex), end: ((.address | hex) + 16 + .length)})
  ] as $avoid
| [ $bp["e820"][] | select(.name == "usable")
    | (.start | hex) as $start | ($start + (.size | hex)) as $stop
    | range((([$start, $pref] | max) + $align - 1) / $align | floor; ($stop / $align | floor) + 1)
    | . * $align
    | select(. + $size <= $stop)
    | . as $at
    | select(all($avoid[]; overlaps($at; $at + $size; .) | not)) ] as $slots
| (((1073741824 - $pref - $size) / $align | floor) + 1) as $virtual_slots
| (if $view.slots != ($slots | length) then "\($view.slots) slots, here \($slots | length)" else empty end),
  (if $view.virtual_slots != $virtual_slots then
    "\($view.virtual_slots) virtual slots, here \($virtual_slots)" else empty end),
  (if $view.slot == null or $slots[$view.slot] != ($view.output | hex) then
    "slot \($view.slot) is not at \($view.output)" else empty end),
  (if $view.virtual_slot == null
      or $pref + $view.virtual_slot * $align != ($view.virtual | hex) then
    "virtual slot \($view.virtual_slot) is not at \($view.virtual)" else empty end),
  (if [$view.areas[] | (.start | hex) as $s | range(.slots) | $s + . * $align] != $slots then
    "the rows have other slots" else empty end)
