# SPDX-License-Identifier: GPL-3.0-or-later
# Programs of `make bench`.
$(OUT)/rsp-read: tests/bench/rsp_read.c $(INSPECTOR_LIB)
	@mkdir -p $(@D)
	$(CC) $(INSPECTOR_CFLAGS) $(INSPECTOR_ALL_INCLUDES) $< -o $@ $(INSPECTOR_LIB) $(INSPECTOR_LIBS)
