# SPDX-License-Identifier: GPL-3.0-or-later
# Prints what is wrong with one boot of tests/e2e/linux-matrix.t, a line each: --slurpfile trace and info,
# --arg kaslr nokaslr|kaslr, --arg cpu MODEL.

def number: ltrimstr("0x") | explode
	| reduce .[] as $c (0; . * 16 + if $c >= 97 then $c - 87 else $c - 48 end);
def expect(holds; text): if holds then empty else text end;

$info[0] as $info
| ($cpu == "max") as $wide
| [$trace[] | select(.checkpoint)] as $stops
| (reduce $stops[] as $s ({}; .[$s.checkpoint] = $s)) as $at
| ([$info.checkpoints[].name] | index("la57-trampoline")) as $la57
| (expect($info.absent == [] and $info.refused == null; "info misses \($info.absent) \($info.refused)")),
  (expect([$stops[].checkpoint] == [$info.checkpoints[] | select(.optional == false or $wide) | .name];
    "passed: \([$stops[].checkpoint] | join(" "))")),
  (expect($trace[-1].end == "left"; "the end: \($trace[-1])")),
  (expect($trace[-1].not_found == []; "not found: \($trace[-1].not_found)")),
  ($stops[] | expect(.wrong == 0 and .mismatches == []; "\(.checkpoint): \(.wrong) proofs wrong")),

  # Which tables are in use. With five levels they are from the trampoline on.
  ($stops[] | select(.mode == "long64") | ($wide and .index != 6 and .checkpoint != "relocation-target"
      and .checkpoint != "stage1-idt") as $five
    | expect(.paging.levels == (if $five then 5 else 4 end); "\(.checkpoint): \(.paging.levels) levels"),
      expect((.registers.bits.cr4 | index("LA57") != null) == $five; "\(.checkpoint): cr4 \(.registers.cr4)"),
      expect(.paging.damaged == 0; "\(.checkpoint): damaged tables")),

  # What was relocated, and to where.
  ("relocations-applied", "kernel-entry" | . as $name | $at[.].relocation
    | expect((.sites | del(.wrong)) == $info.relocations and .sites.wrong == 0;
        "\($name): sites \(.sites), of \($info.relocations)"),
      expect((.output | number) - ($info.pref_address | number) == (.physical_delta | number);
        "\($name): physical delta \(.physical_delta)")),
  (($at["kernel-entry"] | (.relocation.output | number) + ($info.kernel.entry | number)
      - ($info.pref_address | number) == (.registers.rip | number))
    | expect(.; "kernel-entry: rip \($at["kernel-entry"].registers.rip)")),
  ($at["kernel-jump"] | expect(.registers.rsi == .boot_params.address; "kernel-jump: rsi \(.registers.rsi)")),

  # The choice.
  ($at["location-chosen"].kaslr as $k | $at["kernel-entry"].relocation as $moved
    | expect($k.wrong == []; "a choice that could not be: \($k.wrong)"),
      expect($k.output == $moved.output and $k.virtual == $moved.virtual; "chosen and used differ"),
      if $kaslr == "nokaslr" then
        expect($k.kaslr == false and $moved.output == $info.pref_address and $moved.virtual == $info.pref_address;
          "nokaslr: output \($moved.output), virtual \($moved.virtual)")
      else
        ($k.alignment | number) as $step
        | expect(any($k.areas[]; ((($k.output | number) - (.start | number)) / $step) as $slot
              | 0 <= $slot and $slot < .slots and $slot == ($slot | floor)); "output \($k.output) is in no area"),
          expect(0 <= $k.slot and $k.slot < $k.slots and $k.slots == ([$k.areas[].slots] | add);
            "slot \($k.slot) of \($k.slots)"),
          (((($k.virtual | number) - ($k.default.virtual | number)) / $step) as $slot
            | expect(0 <= $slot and $slot < $k.virtual_slots and $slot == ($slot | floor);
                "virtual \($k.virtual) is none of \($k.virtual_slots) slots"))
      end)
