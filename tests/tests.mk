# SPDX-License-Identifier: GPL-3.0-or-later
# Unit tests: tests/unit/inspector/test_*.c link with libinspector.a, tests/unit/stub/test_*.c with
# the stub's own stages compiled for the host (tests/host), both with cmocka.

UNIT_INSPECTOR := $(patsubst tests/unit/inspector/%.c,$(OUT)/tests/inspector/%,$(wildcard tests/unit/inspector/test_*.c))
UNIT_STUB := $(patsubst tests/unit/stub/%.c,$(OUT)/tests/stub/%,$(wildcard tests/unit/stub/test_*.c))

# A test sees every folder, and its helpers in tests/unit/inspector/*.h.
$(OUT)/tests/inspector/%: tests/unit/inspector/%.c $(INSPECTOR_LIB)
	@mkdir -p $(@D)
	$(CC) $(INSPECTOR_CFLAGS) -Wno-missing-prototypes $(INSPECTOR_ALL_INCLUDES) -Itests/unit/inspector $< -o $@ \
		$(INSPECTOR_LIB) $(INSPECTOR_LIBS) -lcmocka
-include $(wildcard $(OUT)/tests/inspector/*.d $(OUT)/tests/stub/*.d)
