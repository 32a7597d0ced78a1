/* SPDX-License-Identifier: MIT */
/* Steps of every optimiser against plain loops in double, formula by formula. Run for float and double, and for each
 * instruction set this processor has. */
#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <string.h>

#include "optim/optimizer.h"
#include "support/memory.h"
#include "support/suite.h"

#ifdef NNTRAIN_DOUBLE
static const double epsilon = DBL_EPSILON;
#else
static const double epsilon = FLT_EPSILON;
#endif

enum { STEPS = 5, TENSORS = 6, STATES = NNI_OPTIMIZER_STATES };

/* Tensors of odd sizes with padding between them; the second is cut into many blocks, enough for threads. */
static nni_tensor tensors[TENSORS] = {
    {NNI_TENSOR_WEIGHT, 1, 0, 5, 7, 35},        {NNI_TENSOR_WEIGHT, 1, 48, 211, 241, 50851},
    {NNI_TENSOR_BIAS, 1, 50912, 4099, 0, 4099}, {NNI_TENSOR_GAMMA, 0, 55024, 3, 0, 3},
    {NNI_TENSOR_BETA, 0, 55040, 1, 0, 1},       {NNI_TENSOR_WEIGHT, 0, 55056, 1, 17, 17},
};
enum { FLAT = 55088 };

typedef struct subject {
    nn_network network;
    nni_optimizer *optimizer;
    nni_real *gradients;
    double *parameters, *state[STATES]; /* of the plain loops */
    double *slopes;
} subject;

static const nni_optimizer_settings usual = {
    .learning_rate = 0.05,
    .beta1 = 0.9,
    .beta2 = 0.999,
    .rho = 0.95,
    .epsilon = 0.01, /* so large that a rounding of a gradient near 0 is not divided by next to nothing */
    .trust = 0.02,
};

/* In [-1, 1), a function of the index alone (an LCG's step, Knuth's MMIX). */
static double noise(uint64_t index)
{
    index = (index + 77) * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    index = (index ^ index >> 29) * UINT64_C(6364136223846793005);
    return (double)(index >> 40) * 0x1p-23 - 1;
}

static void *take(size_t count, size_t size)
{
    void *values = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_allocate(count, size, "a test's array", &values, NULL), NN_OK);
    return values;
}

static subject begin(const nni_optimizer_settings *settings, const nni_regularization_settings *regularization)
{
    subject s = {.network = {.flat_count = FLAT, .tensor_count = TENSORS, .tensors = tensors}};
    s.network.parameters = take(FLAT, sizeof(nni_real));
    s.gradients = take(FLAT, sizeof(nni_real));
    s.parameters = take(FLAT, sizeof(double));
    s.slopes = take(FLAT, sizeof(double));
    for (size_t i = 0; i < STATES; i++)
        s.state[i] = take(FLAT, sizeof(double));
    for (size_t t = 0; t < TENSORS; t++)
        for (size_t i = tensors[t].offset; i < tensors[t].offset + tensors[t].count; i++)
            s.parameters[i] = s.network.parameters[i] = (nni_real)noise(i);
    CU_ASSERT_EQUAL_FATAL(nni_optimizer_create(settings, regularization, &s.network, &s.optimizer, NULL), NN_OK);
    return s;
}

static void end(subject *s)
{
    nni_release(s->network.parameters), nni_release(s->gradients), nni_release(s->parameters), nni_release(s->slopes);
    for (size_t i = 0; i < STATES; i++)
        nni_release(s->state[i]);
    nni_optimizer_free(s->optimizer);
}

/* Gradients of a step, a few of them far out; 0 in padding, as the backward pass leaves it. */
static void draw_gradients(subject *s, size_t step)
{
    for (size_t t = 0; t < TENSORS; t++)
        for (size_t i = tensors[t].offset; i < tensors[t].offset + tensors[t].count; i++)
            s->gradients[i] = (nni_real)(noise(i + (step + 1) * FLAT) * (i % 97 == 3 ? 30 : 1));
}

static double sign(double x)
{
    return (x > 0) - (x < 0);
}

static void plain_slopes(subject *s, const nni_regularization_settings *r)
{
    long double squares = 0;
    for (size_t i = 0; i < FLAT; i++) {
        double g = (double)s->gradients[i];
        if (r->clip_value > 0)
            g = fmin(fmax(g, -r->clip_value), r->clip_value);
        s->slopes[i] = g;
        squares += (long double)g * g;
    }
    const double norm = (double)sqrtl(squares);
    const double scale = r->clip_norm > 0 && norm > r->clip_norm ? r->clip_norm / norm : 1;
    for (size_t i = 0; i < FLAT; i++)
        s->slopes[i] *= scale;
    for (size_t t = 0; t < TENSORS; t++)
        for (size_t i = 0; tensors[t].role == NNI_TENSOR_WEIGHT && i < tensors[t].count; i++) {
            const double w = s->parameters[tensors[t].offset + i];
            s->slopes[tensors[t].offset + i] += r->l2 * w + r->l1 * sign(w);
        }
}

static double plain_norm(const double *values, size_t count)
{
    long double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (long double)values[i] * values[i];
    return (double)sqrtl(sum);
}

/* One tensor: w, g and the states begin at it. */
static void plain_tensor(const nni_optimizer_settings *o, bool weight, size_t count, double rate, double steps,
                         double *w, const double *g, double *first, double *second)
{
    const double decay = weight ? o->weight_decay : 0;
    const double w_norm = plain_norm(w, count), g_norm = plain_norm(g, count);
    double *direction = take(count, sizeof *direction);
    double local = 1;
    if (o->name == NN_LARS && weight)
        local = o->trust * w_norm / (g_norm + decay * w_norm);
    for (size_t i = 0; i < count; i++) {
        const double mean = o->beta1 * first[i] + (1 - o->beta1) * g[i];
        const double square = o->beta2 * second[i] + (1 - o->beta2) * g[i] * g[i];
        const double adam =
            mean / (1 - pow(o->beta1, steps)) / (sqrt(square / (1 - pow(o->beta2, steps))) + o->epsilon);
        switch (o->name) {
        case NN_SGD:
            first[i] = o->momentum * first[i] + g[i];
            direction[i] = o->nesterov && o->momentum > 0 ? g[i] + o->momentum * first[i] : first[i];
            break;
        case NN_ADAGRAD:
            first[i] += g[i] * g[i];
            direction[i] = g[i] / (sqrt(first[i]) + o->epsilon);
            break;
        case NN_RMSPROP:
            first[i] = o->rho * first[i] + (1 - o->rho) * g[i] * g[i];
            second[i] = o->momentum * second[i] + g[i] / (sqrt(first[i]) + o->epsilon);
            direction[i] = second[i];
            break;
        case NN_LARS:
            first[i] = o->momentum * first[i] + rate * local * (g[i] + decay * w[i]);
            direction[i] = first[i] / rate;
            break;
        case NN_ADAM:
        case NN_ADAMW:
        case NN_LAMB:
            first[i] = mean;
            second[i] = square;
            direction[i] = adam + (o->name == NN_ADAM ? 0 : decay * w[i]);
            break;
        }
    }
    const double trust = o->name == NN_LAMB && weight ? w_norm / plain_norm(direction, count) : 1;
    for (size_t i = 0; i < count; i++)
        w[i] -= rate * trust * direction[i];
    nni_release(direction);
}

static void plain_step(subject *s, const nni_optimizer_settings *o, const nni_regularization_settings *r, double rate,
                       size_t steps)
{
    plain_slopes(s, r);
    for (size_t t = 0; t < TENSORS; t++) {
        const size_t at = tensors[t].offset;
        plain_tensor(o, tensors[t].role == NNI_TENSOR_WEIGHT, tensors[t].count, rate, (double)steps, s->parameters + at,
                     s->slopes + at, s->state[0] + at, s->state[1] + at);
    }
}

static double worst_difference(const nni_real *found, const double *expected)
{
    double worst = 0;
    for (size_t i = 0; i < FLAT; i++) {
        double difference = fabs((double)found[i] - expected[i]) / fmax(1, fabs(expected[i]));
        if (!(difference <= worst))
            worst = difference;
    }
    return worst;
}

static bool padding_is_zero(const nni_real *values)
{
    size_t tensor = 0;
    for (size_t i = 0; i < FLAT; i++) {
        while (tensor < TENSORS && i >= tensors[tensor].offset + tensors[tensor].count)
            tensor++;
        if ((tensor == TENSORS || i < tensors[tensor].offset) && values[i] != 0)
            return false;
    }
    return true;
}

static double rate_of(size_t step)
{
    return 0.05 / (double)(step + 1);
}

static void follow(const nni_optimizer_settings *settings, const nni_regularization_settings *regularization)
{
    subject s = begin(settings, regularization);
    for (size_t step = 0; step < STEPS; step++) {
        draw_gradients(&s, step);
        plain_step(&s, settings, regularization, rate_of(step), step + 1);
        nni_optimizer_step(s.optimizer, &s.network, s.gradients, rate_of(step), NULL, NULL);
    }
    /* A handful of roundings a step. */
    const double worst = worst_difference(s.network.parameters, s.parameters);
    if (!(worst < 40 * epsilon))
        printf("\n%s, momentum %g: %g\n", nn_optimizer_name(settings->name), settings->momentum, worst);
    CU_ASSERT(worst < 40 * epsilon);
    for (size_t i = 0; i < s.optimizer->state_count; i++) {
        CU_ASSERT(worst_difference(s.optimizer->state[i], s.state[i]) < 40 * epsilon);
        CU_ASSERT(padding_is_zero(s.optimizer->state[i]));
    }
    CU_ASSERT(padding_is_zero(s.network.parameters));
    CU_ASSERT_EQUAL(s.optimizer->steps, STEPS);
    end(&s);
}

static const struct variant {
    nn_optimizer_kind name;
    double momentum;
    bool nesterov;
    double weight_decay;
} variants[] = {
    {NN_SGD, 0, false, 0},     {NN_SGD, 0.9, false, 0},   {NN_SGD, 0.9, true, 0},      {NN_SGD, 0, true, 0},
    {NN_ADAGRAD, 0, false, 0}, {NN_RMSPROP, 0, false, 0}, {NN_RMSPROP, 0.8, false, 0}, {NN_ADAM, 0, false, 0},
    {NN_ADAM, 0, false, 0.5},  {NN_ADAMW, 0, false, 0.1}, {NN_LARS, 0, false, 0.01},   {NN_LARS, 0.9, false, 0.01},
    {NN_LARS, 0.9, false, 0},  {NN_LAMB, 0, false, 0.01}, {NN_LAMB, 0, false, 0},
};
enum { VARIANTS = sizeof variants / sizeof *variants };

static nni_optimizer_settings settings_of(size_t variant)
{
    nni_optimizer_settings settings = usual;
    settings.name = variants[variant].name;
    settings.momentum = variants[variant].momentum;
    settings.nesterov = variants[variant].nesterov;
    settings.weight_decay = variants[variant].weight_decay;
    return settings;
}

/* Adam ignores weight_decay, and sgd nesterov without momentum: the variants above try both. */
static void every_kind_follows_its_formula(void)
{
    for (size_t v = 0; v < VARIANTS; v++) {
        const nni_optimizer_settings settings = settings_of(v);
        follow(&settings, &(nni_regularization_settings){0});
    }
}

static void every_kind_takes_regularisation_and_clipping(void)
{
    static const nni_regularization_settings all[] = {
        {.l1 = 0.01},       {.l2 = 0.02},        {.clip_norm = 3},
        {.clip_norm = 1e9}, {.clip_value = 0.5}, {.l1 = 0.01, .l2 = 0.02, .clip_norm = 5, .clip_value = 2},
    };
    for (size_t v = 0; v < VARIANTS; v++)
        for (size_t r = 0; r < sizeof all / sizeof *all; r++) {
            const nni_optimizer_settings settings = settings_of(v);
            follow(&settings, &all[r]);
        }
}

static void threads_do_not_change_a_bit(void)
{
    const nni_regularization_settings regularization = {.l1 = 0.01, .l2 = 0.02, .clip_norm = 5, .clip_value = 2};
    const int most = omp_get_max_threads();
    for (size_t v = 0; v < VARIANTS; v++) {
        const nni_optimizer_settings settings = settings_of(v);
        nni_real *alone = take(FLAT, sizeof *alone);
        for (int threads = 1; threads <= 5; threads += 1 + threads / 3) {
            omp_set_num_threads(threads);
            subject s = begin(&settings, &regularization);
            for (size_t step = 0; step < STEPS; step++) {
                draw_gradients(&s, step);
                nni_optimizer_step(s.optimizer, &s.network, s.gradients, rate_of(step), NULL, NULL);
            }
            if (threads == 1)
                memcpy(alone, s.network.parameters, FLAT * sizeof *alone);
            CU_ASSERT_EQUAL(memcmp(alone, s.network.parameters, FLAT * sizeof *alone), 0);
            end(&s);
        }
        nni_release(alone);
    }
    omp_set_num_threads(most);
}

/* What a checkpoint keeps is enough: states and steps in a new optimiser continue to the same bits. */
static void a_resumed_optimizer_continues_alike(void)
{
    for (size_t v = 0; v < VARIANTS; v++) {
        const nni_optimizer_settings settings = settings_of(v);
        const nni_regularization_settings regularization = {.clip_norm = 5};
        subject whole = begin(&settings, &regularization), first = begin(&settings, &regularization),
                second = begin(&settings, &regularization);
        for (size_t step = 0; step < STEPS; step++) {
            subject *cut = step < 2 ? &first : &second;
            if (step == 2) {
                memcpy(second.network.parameters, first.network.parameters, FLAT * sizeof(nni_real));
                for (size_t i = 0; i < first.optimizer->state_count; i++)
                    memcpy(second.optimizer->state[i], first.optimizer->state[i], FLAT * sizeof(nni_real));
                second.optimizer->steps = first.optimizer->steps;
            }
            draw_gradients(&whole, step), draw_gradients(cut, step);
            nni_optimizer_step(whole.optimizer, &whole.network, whole.gradients, rate_of(step), NULL, NULL);
            nni_optimizer_step(cut->optimizer, &cut->network, cut->gradients, rate_of(step), NULL, NULL);
        }
        CU_ASSERT_EQUAL(memcmp(whole.network.parameters, second.network.parameters, FLAT * sizeof(nni_real)), 0);
        end(&whole), end(&first), end(&second);
    }
}

/* Norms of zero: weights and gradients that begin at 0 must neither divide by 0 nor stay for ever. */
static void zeros_divide_nothing(void)
{
    for (size_t v = 0; v < VARIANTS; v++) {
        nni_optimizer_settings settings = settings_of(v);
        subject s = begin(&settings, &(nni_regularization_settings){.clip_norm = 1});
        memset(s.network.parameters, 0, FLAT * sizeof(nni_real));
        nni_optimizer_step(s.optimizer, &s.network, s.gradients, 0.1, NULL, NULL);
        bool still = true;
        for (size_t i = 0; i < FLAT; i++)
            still = still && s.network.parameters[i] == 0;
        CU_ASSERT(still);
        draw_gradients(&s, 0);
        nni_optimizer_step(s.optimizer, &s.network, s.gradients, 0.1, NULL, NULL);
        CU_ASSERT(isfinite(s.network.parameters[0]) && s.network.parameters[0] != 0);
        end(&s);
    }
}

/* A diverged gradient must show in the parameters, where the trainer looks for it. */
static void nan_is_not_clipped_away(void)
{
    static const double bad[] = {NAN, INFINITY};
    for (size_t v = 0; v < VARIANTS; v++)
        for (size_t b = 0; b < 2; b++) {
            const nni_optimizer_settings settings = settings_of(v);
            subject s = begin(&settings, &(nni_regularization_settings){.clip_norm = 1});
            draw_gradients(&s, 0);
            s.gradients[100] = (nni_real)bad[b];
            nni_optimizer_step(s.optimizer, &s.network, s.gradients, 0.1, NULL, NULL);
            CU_ASSERT(!isfinite(s.network.parameters[100]));
            end(&s);
        }
}

static void states_have_names(void)
{
    nni_optimizer_settings settings = {.name = NN_SGD};
    CU_ASSERT_EQUAL(nni_optimizer_state_count(&settings), 0);
    CU_ASSERT_PTR_NULL(nni_optimizer_state_name(&settings, 0));
    settings.momentum = 0.9;
    CU_ASSERT_EQUAL(nni_optimizer_state_count(&settings), 1);
    CU_ASSERT_STRING_EQUAL(nni_optimizer_state_name(&settings, 0), "velocity");
    settings.name = NN_RMSPROP;
    CU_ASSERT_EQUAL(nni_optimizer_state_count(&settings), 2);
    CU_ASSERT_STRING_EQUAL(nni_optimizer_state_name(&settings, 0), "square");
    CU_ASSERT_STRING_EQUAL(nni_optimizer_state_name(&settings, 1), "velocity");
    settings.name = NN_LAMB;
    CU_ASSERT_EQUAL(nni_optimizer_state_count(&settings), 2);
    CU_ASSERT_STRING_EQUAL(nni_optimizer_state_name(&settings, 0), "mean");
    CU_ASSERT_STRING_EQUAL(nni_optimizer_state_name(&settings, 1), "square");
    CU_ASSERT_PTR_NULL(nni_optimizer_state_name(&settings, 2));
}

enum { PARTS = 3 };

/* Those who update the other parts, one after the other: each is asked what it adds as often as it asks. */
typedef struct others {
    double sums[PARTS][8][FLAT];
    size_t asked;
    size_t part;
} others;

static nn_status add_noted(void *context, double *values, size_t count, nn_error *error)
{
    (void)error;
    others *o = context;
    memcpy(o->sums[o->part][o->asked], values, count * sizeof *values);
    for (size_t i = 0; i < count; i++) {
        values[i] = 0;
        for (size_t part = 0; part < PARTS; part++)
            values[i] += o->sums[part][o->asked][i];
    }
    o->asked++;
    return NN_OK;
}

/* A step of each part from the same beginning, as often as there are sums in it: each time one more of them is right on
 * all parts, and at last all are. */
static void step_parts(subject *s, nni_optimizer **part, const nni_partition *elements, others *o, size_t step)
{
    nni_real *before = take(FLAT, sizeof *before), *after = take(FLAT, sizeof *after), *state[PARTS][2];
    memcpy(before, s->network.parameters, FLAT * sizeof *before);
    for (size_t i = 0; i < PARTS; i++)
        for (size_t k = 0; k < part[i]->state_count; k++) {
            state[i][k] = take(FLAT, sizeof(nni_real));
            memcpy(state[i][k], part[i]->state[k], FLAT * sizeof(nni_real));
        }
    for (size_t pass = 0; pass < 4; pass++)
        for (size_t i = 0; i < PARTS; i++) {
            memcpy(s->network.parameters, before, FLAT * sizeof *before);
            for (size_t k = 0; k < part[i]->state_count; k++)
                memcpy(part[i]->state[k], state[i][k], FLAT * sizeof(nni_real));
            part[i]->steps = step;
            draw_gradients(s, step);
            o->asked = 0, o->part = i;
            const nni_part_sums sums = {add_noted, o, true};
            CU_ASSERT_EQUAL(nni_optimizer_step(part[i], &s->network, s->gradients, 0.01, &sums, NULL), NN_OK);
            memcpy(after + elements[i].first, s->network.parameters + elements[i].first,
                   elements[i].count * sizeof *after);
        }
    memcpy(s->network.parameters, after, FLAT * sizeof *after);
    for (size_t i = 0; i < PARTS; i++)
        for (size_t k = 0; k < part[i]->state_count; k++)
            nni_release(state[i][k]);
    nni_release(before), nni_release(after);
}

static void parts_are_updated_as_the_whole_would_be(void)
{
    others *o = take(1, sizeof *o);
    for (size_t kind = 0; kind < nni_optimizer_domain.count; kind++) {
        nni_optimizer_settings settings = usual;
        settings.name = (nn_optimizer_kind)kind;
        const nni_regularization_settings clipped = {.l2 = 1e-3, .clip_norm = 0.5};
        subject whole = begin(&settings, &clipped), shared = begin(&settings, &clipped);
        nni_optimizer *part[PARTS];
        nni_partition elements[PARTS];
        size_t next = 0;
        for (size_t i = 0; i < PARTS; i++) {
            CU_ASSERT_EQUAL_FATAL(nni_optimizer_create(&settings, &clipped, &shared.network, &part[i], NULL), NN_OK);
            elements[i] = nni_optimizer_part(part[i], (nni_partition){0, FLAT}, i, PARTS);
            CU_ASSERT_EQUAL(elements[i].first, next);
            CU_ASSERT_TRUE(elements[i].count < FLAT / 2);
            next += elements[i].count;
            nni_optimizer_update_only(part[i], &elements[i], 1);
        }
        CU_ASSERT_EQUAL(next, FLAT);
        for (size_t step = 0; step < STEPS; step++) {
            draw_gradients(&whole, step);
            nni_optimizer_step(whole.optimizer, &whole.network, whole.gradients, 0.01, NULL, NULL);
            memset(o, 0, sizeof *o);
            step_parts(&shared, part, elements, o, step);
        }
        CU_ASSERT_EQUAL(memcmp(whole.network.parameters, shared.network.parameters, FLAT * sizeof(nni_real)), 0);
        for (size_t i = 0; i < PARTS; i++) {
            for (size_t k = 0; k < part[i]->state_count; k++)
                CU_ASSERT_EQUAL(memcmp(whole.optimizer->state[k] + elements[i].first,
                                       part[i]->state[k] + elements[i].first, elements[i].count * sizeof(nni_real)),
                                0);
            nni_optimizer_free(part[i]);
        }
        end(&whole), end(&shared);
    }
    nni_release(o);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(every_kind_follows_its_formula),
        NN_TEST(every_kind_takes_regularisation_and_clipping),
        NN_TEST(threads_do_not_change_a_bit),
        NN_TEST(a_resumed_optimizer_continues_alike),
        NN_TEST(zeros_divide_nothing),
        NN_TEST(nan_is_not_clipped_away),
        NN_TEST(parts_are_updated_as_the_whole_would_be),
        NN_TEST(states_have_names),
    };
    return nni_run_suite("optimizer", tests, sizeof tests / sizeof *tests);
}
