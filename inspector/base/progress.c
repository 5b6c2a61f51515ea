/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "progress.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "loop.h"
#include "text.h"

#define PATIENCE_MS 1000 /* work that is done sooner shows no bar */
#define REDRAW_MS   100
#define BAR         40

/* Back to the first column, and clear to the end of the line. */
#define WIPE "\r\033[K"

struct progress progress_begin(FILE *stream, const char *label)
{
    return (struct progress){
        .stream = stream,
        .terminal = isatty(fileno(stream)),
        .label = label,
        .started = loop_now(),
    };
}

void progress_format(const char *label, uint64_t done, uint64_t total, int64_t elapsed_ms,
                     char *out, size_t size)
{
    char bar[BAR + 1];

    if (total == 0) {
        snprintf(out, size, "%.20s, %" PRId64 " s", label, elapsed_ms / 1000);
        return;
    }
    if (done > total)
        done = total;
    double part = (double)done / (double)total;
    memset(bar, ' ', BAR);
    memset(bar, '#', (size_t)(part * BAR));
    bar[BAR] = '\0';
    snprintf(out, size, "%.20s [%s] %3d%%  %s of %s", label, bar, (int)(part * 100),
             text_size(done), text_size(total));
}

void progress_update(void *context, uint64_t done, uint64_t total)
{
    struct progress *progress = context;
    char text[TEXT_COLUMNS];
    int64_t now = loop_now();

    if (!progress->terminal || now - progress->started < PATIENCE_MS ||
        (progress->shown && now - progress->drawn < REDRAW_MS))
        return;
    progress_format(progress->label, done, total, now - progress->started, text, sizeof(text));
    fprintf(progress->stream, WIPE "%s", text);
    fflush(progress->stream);
    progress->shown = true;
    progress->drawn = now;
}

void progress_end(struct progress *progress)
{
    if (progress->shown) {
        fputs(WIPE, progress->stream);
        fflush(progress->stream);
    }
    progress->shown = false;
}
