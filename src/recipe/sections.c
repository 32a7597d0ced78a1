/* SPDX-License-Identifier: MIT */
/* The settings of a training itself, and the recipe of all sections. */
#include "recipe/sections.h"

#include "metrics/metric.h"
#include "model/sections.h"
#include "optim/sections.h"
#include "recipe/recipe.h"

/* --- kinds --- */

static const nni_kind precisions[] = {
    [NN_FLOAT32] = {.name = "float32", .help = "operands as they are"},
    [NN_BF16] = {.name = "bf16", .help = "operands rounded to bfloat16, with sums and weights in float32"},
};

static const nni_domain precision_domain = NNI_DOMAIN("precision", precisions);

static const nni_kind_setting skip_settings[] = {{"limit", "10"}, {NULL, NULL}};
static const nni_kind_setting rollback_settings[] = {{"factor", "0.5"}, {"limit", "10"}, {NULL, NULL}};

static const nni_kind on_nans[] = {
    [NN_ON_NAN_STOP] = {.name = "stop", .help = "the training ends with exit code 4"},
    [NN_ON_NAN_SKIP] = {"skip", "the step moves nothing", skip_settings},
    [NN_ON_NAN_ROLLBACK] = {"rollback", "back to the newest checkpoint, with a smaller learning rate",
                            rollback_settings},
};

static const nni_domain on_nan_domain = NNI_DOMAIN("response to NaN", on_nans);

const char *nn_precision_name(nn_precision precision)
{
    return nni_domain_name(&precision_domain, precision);
}

static const nni_kind exchanges[] = {
    [NNI_EXCHANGE_AUTO] = {.name = "auto", .help = "what is faster: own"},
    [NNI_EXCHANGE_OWN] = {.name = "own",
                          .help = "through memory that the ranks of a host share, and between hosts by own messages"},
    [NNI_EXCHANGE_MPI] = {.name = "mpi", .help = "MPI_Iallreduce over all ranks, which the network may speed up"},
};

static const nni_domain exchange_domain = NNI_DOMAIN("exchange", exchanges);

static const nni_kind wires[] = {
    [NNI_WIRE_FLOAT32] = {.name = "float32", .help = "as they are"},
    [NNI_WIRE_BF16] = {.name = "bf16", .help = "rounded to bfloat16: half the bytes"},
};

static const nni_domain wire_domain = NNI_DOMAIN("wire", wires);

/* Of auto and full, which differ in how often they do it. */
static const nni_kind_setting record_settings[] = {
    {"norms", "1 epoch"}, {"ranks", "1 epoch"}, {"histograms", "5 epochs"}, {"boundary", "8"}, {"predictions", "test"},
    {"surface", "off"},   {NULL, NULL},
};

static const nni_kind records[] = {
    [NNI_RECORD_AUTO] = {"auto", "as the settings say, less often where that is more than 1 % of the work",
                         record_settings},
    [NNI_RECORD_FULL] = {"full", "as the settings say, whatever it takes", record_settings},
    [NNI_RECORD_OFF] = {.name = "off", .help = "nothing is recorded"},
};

static const nni_domain record_domain = NNI_DOMAIN("record", records);

static const nni_kind record_splits[] = {
    [NNI_RECORD_TEST] = {.name = "test", .help = "the test rows; without a test split those of validation"},
    [NNI_RECORD_VALIDATION] = {.name = "validation", .help = "the validation rows"},
    [NNI_RECORD_TRAIN] = {.name = "train", .help = "the training rows"},
    [NNI_RECORD_NO_SPLIT] = {.name = "off", .help = "none"},
};

static const nni_domain record_split_domain = NNI_DOMAIN("split", record_splits);

static const nni_kind reports[] = {
    [NNI_REPORT_AUTO] = {.name = "auto", .help = "report.html is written into the folder of the training at its end"},
    [NNI_REPORT_OFF] = {.name = "off", .help = "nntrain report makes it later"},
};

static const nni_domain report_domain = NNI_DOMAIN("report", reports);

/* --- sections --- */

static const nni_setting stop_section[] = {
    {NNI_SETTING(KIND, nni_stop_settings, metric), .value = "loss", .required = true, .domain = &nni_metric_domain,
     .help = "metric that is watched: of the validation split, or the training loss without one"},
    {NNI_SETTING(COUNT, nni_stop_settings, patience), .value = "0", .required = true,
     .help = "epochs without improvement; 0: no such stop"},
    {NNI_SETTING(NUMBER, nni_stop_settings, tolerance), NNI_FROM_0, .value = "1e-4", .required = true,
     .help = "smallest change that counts as an improvement"},
    {NNI_SETTING(NUMBER, nni_stop_settings, target), .help = "value of the metric that is good enough; absent: none"},
    {NNI_SETTING_KEY("time", SECONDS, nni_stop_settings, seconds), .usual = "90 seconds, 30 minutes or 2 hours",
     .help = "longest training, over all sessions; absent: no limit"},
    {0},
};

static const nni_setting on_nan_section[] = {
    {NNI_SETTING(KIND, nni_on_nan_settings, name), .value = "stop", .required = true, .domain = &on_nan_domain,
     .help = "response to a loss or gradient that is NaN or infinite"},
    {NNI_SETTING(NUMBER, nni_on_nan_settings, factor), NNI_BETWEEN_0_AND_1,
     .help = "factor of the learning rate each time"},
    {NNI_SETTING(COUNT, nni_on_nan_settings, limit), NNI_FROM_1,
     .help = "skipped steps in a row, or returns to the same checkpoint, before the training ends"},
    {0},
};

static const nni_setting training_section[] = {
    {NNI_SETTING(COUNT, nni_training_settings, epochs), .value = "auto", .required = true, .word = "auto", .least = 1,
     .most = 1 << 30, .help = "passes over the training rows; auto: by their number"},
    {NNI_SETTING(TEXT, nni_training_settings, batch), .value = "auto", .required = true,
     .help = "rows of a step over all ranks, such as 128; all; auto: by the number of rows"},
    {NNI_SETTING(COUNT, nni_training_settings, accumulate), NNI_FROM_1, .value = "1", .required = true,
     .help = "batches whose gradients are averaged before a step"},
    {NNI_SETTING(SECTION, nni_training_settings, stop), .required = true, .settings = stop_section,
     .help = "early stopping"},
    {NNI_SETTING(BOOL, nni_training_settings, restore_best), .value = "false", .required = true,
     .help = "the model gets the weights of the best epoch; needs a validation split"},
    {NNI_SETTING(COUNT, nni_training_settings, top_k), NNI_FROM_1, .value = "5", .required = true,
     .help = "k of the metric top_k"},
    {NNI_SETTING(KIND, nni_training_settings, precision), .value = "float32", .required = true,
     .domain = &precision_domain, .help = "precision of matrix products"},
    {NNI_SETTING(SECTION, nni_training_settings, on_nan), .required = true, .settings = on_nan_section,
     .help = "response to a loss or gradient that is NaN or infinite"},
    {0},
};

static const nni_setting checkpoint_section[] = {
    {NNI_SETTING(INTERVAL, nni_checkpoint_settings, every), NNI_FROM_1, .value = "1 epoch", .required = true,
     .help = "interval between checkpoints"},
    {NNI_SETTING(COUNT, nni_checkpoint_settings, keep), NNI_FROM_1, .value = "3", .required = true,
     .help = "number of checkpoints that are kept"},
    {NNI_SETTING(BOOL, nni_checkpoint_settings, asynchronous), .value = "true", .required = true,
     .help = "checkpoints are written by a thread, from a copy"},
    {NNI_SETTING(COUNT, nni_checkpoint_settings, max_failures), NNI_FROM_1, .value = "3", .required = true,
     .help = "failed checkpoints in a row that, with give_up_after, end the training"},
    {NNI_SETTING_KEY("give_up_after", SECONDS, nni_checkpoint_settings, give_up_seconds),
     .beside = offsetof(nni_checkpoint_settings, give_up_after), .value = "5 minutes", .required = true,
     .usual = "5 minutes (the default) or 90 seconds",
     .help = "time that checkpoints must have failed for before that ends the training"},
    {0},
};

static const nni_setting parallel_section[] = {
    {NNI_SETTING(COUNT, nni_parallel_settings, slices), .value = "auto", .required = true, .word = "auto", .least = 1,
     .most = 1 << 16, /* more than ranks anybody has; the tables per slice stay small */
     .help = "slices of the data, the largest number of ranks; auto: 16, or what data and ranks ask for"},
    {NNI_SETTING(COUNT, nni_parallel_settings, threads), .value = "auto", .required = true, .word = "auto", .least = 1,
     .most = 1 << 12, .help = "threads of a rank; auto: the cores that it is bound to"},
    {NNI_SETTING(BOOL, nni_parallel_settings, reproducible), .value = "false", .required = true,
     .help = "the same bits on any number of ranks and threads"},
    {NNI_SETTING_KEY("bucket", BYTES, nni_parallel_settings, bucket_bytes), .value = "auto", .required = true,
     .word = "auto", .least = 1, .most = 1 << 29, /* MPI counts elements in int */
     .usual = "512K",
     .help = "size of a piece of gradients that is summed between hosts at a time; auto: by the network, measured at "
             "the start"},
    {NNI_SETTING(KIND, nni_parallel_settings, exchange), .value = "auto", .required = true, .domain = &exchange_domain,
     .help = "way of gradients over the ranks"},
    {NNI_SETTING(KIND, nni_parallel_settings, wire), .value = "float32", .required = true, .domain = &wire_domain,
     .help = "form of gradients and their averages between hosts; weights stay float32"},
    {NNI_SETTING(COUNT, nni_parallel_settings, agree_every), .value = "100", .required = true,
     .help = "steps from one comparison of the ranks' weights to the next; 0: never"},
    {NNI_SETTING_KEY("hang_after", SECONDS, nni_parallel_settings, hang_seconds), .value = "30 minutes",
     .required = true, .word = "never", .usual = "30 minutes (the default), 2 hours, or never",
     .help = "time without progress after which a rank counts as hung"},
    {0},
};

static const nni_setting record_section[] = {
    {NNI_SETTING(KIND, nni_record_settings, name), .value = "auto", .required = true, .domain = &record_domain,
     .help = "how often it is recorded"},
    {NNI_SETTING(INTERVAL, nni_record_settings, norms), NNI_FROM_1, .word = "off",
     .help = "epochs between norms of weights and gradients"},
    {NNI_SETTING(INTERVAL, nni_record_settings, ranks), NNI_FROM_1, .word = "off",
     .help = "epochs between times and memory of the ranks"},
    {NNI_SETTING(INTERVAL, nni_record_settings, histograms), NNI_FROM_1, .word = "off",
     .help = "epochs between histograms of weights, activations and gradients"},
    {NNI_SETTING(COUNT, nni_record_settings, boundary), .word = "off", .least = 2, .most = 1000,
     .help = "frames of what a network of one or two inputs computes"},
    {NNI_SETTING(KIND, nni_record_settings, predictions), .domain = &record_split_domain,
     .help = "rows whose predictions are recorded at the end"},
    {NNI_SETTING(NUMBER, nni_record_settings, surface), NNI_ABOVE_0, .word = "off",
     .help = "half width of the square around 0 over which the loss of a network of two parameters is recorded, "
             "such as 4"},
    {0},
};

const nni_setting nni_recipe_section[] = {
    {NNI_SETTING(COUNT, nn_recipe, seed), .value = "1", .required = true,
     .help = "seed of initial weights, shuffles, dropout and augmentation"},
    {NNI_SETTING(SECTION, nn_recipe, data), .required = true, .settings = nni_data_section,
     .help = "the data, and how rows are scaled and augmented"},
    {NNI_SETTING(SECTION, nn_recipe, network), .required = true, .settings = nni_network_section,
     .help = "layers and initial weights"},
    {NNI_SETTING(SECTION, nn_recipe, loss), .required = true, .settings = nni_loss_section, .help = "loss function"},
    {NNI_SETTING(SECTION, nn_recipe, optimizer), .required = true, .settings = nni_optimizer_section,
     .help = "update rule of the weights"},
    {NNI_SETTING(SECTION, nn_recipe, schedule), .required = true, .settings = nni_schedule_section,
     .help = "course of the learning rate"},
    {NNI_SETTING(SECTION, nn_recipe, regularization), .required = true, .settings = nni_regularization_section,
     .help = "penalties on weights, not biases, and clipping of gradients"},
    {NNI_SETTING(SECTION, nn_recipe, training), .required = true, .settings = training_section,
     .help = "epochs, batches and the end of a training"},
    {NNI_SETTING(SECTION, nn_recipe, checkpoint), .required = true, .settings = checkpoint_section,
     .help = "checkpoints"},
    {NNI_SETTING(SECTION, nn_recipe, parallel), .required = true, .settings = parallel_section,
     .help = "ranks and threads"},
    {NNI_SETTING(SECTION, nn_recipe, record), .required = true, .settings = record_section,
     .help = "what a training records for its report"},
    {NNI_SETTING(KIND, nn_recipe, report), .value = "auto", .required = true, .domain = &report_domain,
     .help = "report of a training in pictures"},
    {0},
};
