# SPDX-License-Identifier: GPL-3.0-or-later
#
# An independent computation of where KASLR may put the kernel, by trying every address. Input is
# {trace: [snapshots], info: {...}, runs: [{seed, output, virtual, physical_slots, virtual_slots, end}]};
# output is {slots, places, virtual_places, failures: [text]}.
#
# It shares nothing with the stub but the protocol: e820, boot_params, the image's header.

def hex:
  ltrimstr("0x") | ascii_downcase | explode
  | reduce .[] as $c (0; . * 16 + (if $c >= 97 then $c - 87 else $c - 48 end));

def tohex:
  if . == 0 then "0x0" else
  "0x" + ([recurse(if . >= 16 then (. / 16 | floor) else empty end) | . % 16]
    | reverse | map(if . < 10 then 48 + . else 87 + . end) | implode) end;

def overlaps($start; $stop; $region): $start < $region.end and $region.start < $stop;

. as $in
| (first(.trace[] | select(.checkpoint == "extract-kernel"))) as $extract
| (first(.trace[] | select(.checkpoint == "relocation-target")).relocation.output | hex) as $default
| $extract.boot_params as $bp
| ( $in.info.alignment.kernel | hex) as $align
| ($in.info.pref_address | hex) as $pref
| ([.info.kernel.segments[]
    | ((.phys | hex) + (.memory_size | hex))] | max - $pref) as $total
| ((([$total, ($extract.marker.output_len | hex)] | max) + 2097151) / 2097152 | floor * 2097152) as $size
| [
    {start: ($extract.marker.input | hex), end: ($default + ($in.info.init_size | hex))},
    {start: ($bp.address | hex), end: (($bp.address | hex) + 4096)},
    (if $bp.initrd then
      {start: ($bp.initrd.start | hex), end: (($bp.initrd.start | hex) + ($bp.initrd.size | hex))}
     else empty end),
    (if $bp.command_line_address then
      {start: ($bp.command_line_address | hex), end: (($bp.command_line_address | hex) + 2048)}
     else empty end),
    ($bp.setup_data[] | {start: (.address | hex), end: ((.address | hex) + 16 + (.length))})
  ] as $avoid
| ([$default, 536870912] | min) as $minimum
| [ $bp["e820"][] | select(.name == "usable")
    | (.start | hex) as $start | ($start + (.size | hex)) as $stop
    | range((([$start, $minimum] | max) + $align - 1) / $align | floor; ($stop / $align | floor) + 1)
    | . * $align
    | select(. + $size <= $stop)
    | . as $at
    | select(all($avoid[]; overlaps($at; $at + $size; .) | not)) ] as $slots
| (((1073741824 - $pref - $size) / $align | floor) + 1) as $virtual_slots
| ($slots | map({key: tostring, value: true}) | from_entries) as $set
| {
    slots: ($slots | length),
    places: ([$in.runs[].output] | unique | length),
    virtual_places: ([$in.runs[].virtual] | unique | length),
    failures: [
      $in.runs[]
      | (.output | hex) as $output | (.virtual | hex) as $virtual
      | if .end != "pass" then "seed \(.seed): the guest's end is \(.end)"
        elif $set[$output | tostring] | not then "seed \(.seed): \(.output) is no free slot"
        elif (.physical_slots | hex) != ($slots | length) then
          "seed \(.seed): \(.physical_slots | hex) physical slots, counted here \($slots | length)"
        elif (.virtual_slots | hex) != $virtual_slots then
          "seed \(.seed): \(.virtual_slots | hex) virtual slots, counted here \($virtual_slots)"
        elif $virtual % $align != 0 or $virtual < $pref or $virtual + $size > 1073741824 then
          "seed \(.seed): virtual \(.virtual) is out of range"
        else empty end
    ]
  }
