/* SPDX-License-Identifier: MIT */
/* The tables of model and optim: every enumerator has an entry with a name and a line of help, and names are found. */
#include <string.h>

#include "kernels/elementwise/activation.h"
#include "model/initialize.h"
#include "model/losses/loss.h"
#include "model/norms.h"
#include "optim/optimizer.h"
#include "optim/schedule.h"
#include "support/suite.h"

static const nni_domain *const domains[] = {
    &nni_activation_domain,  &nni_loss_domain,      &nni_norm_domain,
    &nni_initializer_domain, &nni_optimizer_domain, &nni_schedule_domain,
};

enum { DOMAINS = sizeof domains / sizeof *domains, MOST_HELP = 90 };

static void every_kind_has_a_name_of_its_own_and_a_line_of_help(void)
{
    for (size_t d = 0; d < DOMAINS; d++) {
        CU_ASSERT(strlen(domains[d]->noun) > 0);
        for (size_t i = 0; i < domains[d]->count; i++) {
            const nni_kind *kind = nni_domain_kind(domains[d], i);
            CU_ASSERT_PTR_NOT_NULL_FATAL(kind);
            CU_ASSERT_EQUAL(nni_domain_find(domains[d], kind->name), i);
            CU_ASSERT_PTR_NOT_NULL_FATAL(kind->help);
            const size_t length = strlen(kind->help);
            CU_ASSERT(length > 0 && length <= MOST_HELP && kind->help[length - 1] != '.');
        }
        CU_ASSERT_EQUAL(nni_domain_find(domains[d], "no such name"), domains[d]->count);
    }
}

static void keys_of_a_kind_are_listed_once(void)
{
    for (size_t d = 0; d < DOMAINS; d++)
        for (size_t i = 0; i < domains[d]->count; i++) {
            const nni_kind_setting *settings = nni_domain_kind(domains[d], i)->settings;
            for (size_t a = 0; settings && settings[a].key; a++)
                for (size_t b = 0; b < a; b++)
                    CU_ASSERT_STRING_NOT_EQUAL(settings[a].key, settings[b].key);
        }
}

static void every_activation_has_an_initializer_that_draws(void)
{
    for (size_t i = 0; i < nni_activation_domain.count; i++)
        CU_ASSERT_NOT_EQUAL(nni_activation_of((nn_activation)i)->initializer, NN_INITIALIZE_AUTO);
}

static void outputs_of_every_kind_have_a_usual_loss(void)
{
    CU_ASSERT_EQUAL(nni_loss_usual(NNI_VALUES), NN_MSE);
    CU_ASSERT_EQUAL(nni_loss_usual(NNI_PROBABILITIES), NN_BINARY_CROSS_ENTROPY);
    CU_ASSERT_EQUAL(nni_loss_usual(NNI_DISTRIBUTION), NN_CROSS_ENTROPY);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(every_kind_has_a_name_of_its_own_and_a_line_of_help),
        NN_TEST(keys_of_a_kind_are_listed_once),
        NN_TEST(every_activation_has_an_initializer_that_draws),
        NN_TEST(outputs_of_every_kind_have_a_usual_loss),
    };
    return nni_run_suite("domains", tests, sizeof tests / sizeof *tests);
}
