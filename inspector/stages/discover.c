/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "discover.h"

#include <stdlib.h>

#include "discover_internal.h"

struct error *discover(const struct image *image, const struct symbols *setup,
                       const struct symbols *stub, struct discovery *ret)
{
    struct finding *finding = calloc(1, sizeof(*finding));

    if (!finding)
        return error_new(ERROR_SYSTEM, "%s: no memory to look for stages", image->path);
    *finding = (struct finding){.image = image, .setup = setup, .stub = stub};
    struct error *err = discover_setup(finding);
    if (!err)
        finding_finish(finding, ret);
    free(finding);
    return err;
}
