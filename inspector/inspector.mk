# SPDX-License-Identifier: GPL-3.0-or-later
# The inspector. Each folder sees only the folders below it: an #include that goes against the
# order of docs/ARCHITECTURE.md does not compile, because its path is not there.

INSPECTOR := $(OUT)/bootscope

INC_base     := base
INC_rsp      := base rsp
INC_target   := base rsp target
INC_markers  := base markers
INC_qemu     := base markers qemu
INC_image    := base image
INC_code     := base code
INC_stages   := base image code stages
INC_timeline := base markers image code target stages timeline
INC_views    := $(INC_timeline) views
INC_expr     := base expr
INC_session  := $(INC_views) qemu session
INC_commands := $(INC_session) expr commands
INC_repl     := $(INC_commands) repl
INC_checks   := $(INC_commands) checks
INC_gateway  := $(INC_commands) rsp gateway
INC_markdown := base markdown
INC_lesson   := $(INC_commands) lesson
INC_lesson_guest := $(INC_lesson) repl checks lesson_guest
INC_course   := $(INC_lesson) checks markdown course
INC_player   := $(INC_lesson_guest) markdown course player
INC_authoring := $(INC_lesson_guest) markdown course authoring
INC_cli      := $(INC_commands) repl checks gateway lesson course player authoring cli
INC_main     := base session cli

INSPECTOR_FOLDERS := base rsp target markers qemu image code stages timeline views expr session \
	commands repl checks gateway \
	markdown lesson lesson_guest course player authoring cli
INSPECTOR_ALL_INCLUDES := $(addprefix -Iinspector/,$(INSPECTOR_FOLDERS))

INSPECTOR_PKGS := libelf libdw capstone jansson liblzma liblz4 libzstd zlib readline \
	md4c md4c-html yaml-0.1
INSPECTOR_CFLAGS = $(HOST_CFLAGS) -D_GNU_SOURCE -Istub/abi $(shell $(PKG_CONFIG) --cflags $(INSPECTOR_PKGS))
INSPECTOR_LIBS = $(shell $(PKG_CONFIG) --libs $(INSPECTOR_PKGS)) -lbz2 -llzo2 -lm

INSPECTOR_SRC := $(foreach d,$(INSPECTOR_FOLDERS),$(wildcard inspector/$(d)/*.c))
INSPECTOR_OBJ := $(INSPECTOR_SRC:%.c=$(OUT)/%.o)
INSPECTOR_LIB := $(OUT)/libinspector.a

define inspector_folder
$(OUT)/inspector/$(1)/%.o: inspector/$(1)/%.c
	@mkdir -p $$(@D)
	$$(CC) $$(INSPECTOR_CFLAGS) $(addprefix -Iinspector/,$(INC_$(1))) -c $$< -o $$@
endef
$(foreach d,$(INSPECTOR_FOLDERS),$(eval $(call inspector_folder,$(d))))

$(OUT)/inspector/main.o: inspector/main.c
	@mkdir -p $(@D)
	$(CC) $(INSPECTOR_CFLAGS) $(addprefix -Iinspector/,$(INC_main)) -c $< -o $@

$(INSPECTOR_LIB): $(INSPECTOR_OBJ)
	rm -f $@
	$(AR) rcs $@ $^

$(INSPECTOR): $(OUT)/inspector/main.o $(INSPECTOR_LIB)
	$(CC) $(HOST_CFLAGS) -o $@ $^ $(INSPECTOR_LIBS)

-include $(INSPECTOR_OBJ:.o=.d) $(OUT)/inspector/main.d
