/* SPDX-License-Identifier: MIT */
#include "watch/standing.h"

#include <stdio.h>
#include <string.h>

#include "support/timeline.h"

bool nni_standing_look(nni_standing *standing, const char *folder, nni_lock_words *words)
{
    static const double patience = 20; /* as of whoever would take the folder over */
    char path[PATH_MAX];
    nni_lock_owner owner;
    if (snprintf(path, sizeof path, "%s/.lock", folder) >= (int)sizeof path || nni_lock_read(path, &owner) != 0)
        return false;
    *words = nni_lock_describe(&owner);
    const nni_lock_standing known = nni_lock_look_up(&owner);
    if (known != NNI_LOCK_ELSEWHERE)
        return known == NNI_LOCK_ALIVE;
    const bool same = strcmp(owner.token, standing->owner.token) == 0 && owner.beat == standing->owner.beat;
    if (standing->changed == 0 || !same)
        standing->changed = nni_clock();
    standing->owner = owner;
    return nni_clock() - standing->changed < patience;
}
