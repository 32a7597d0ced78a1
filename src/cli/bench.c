/* SPDX-License-Identifier: MIT */
#include "bench/bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "support/suggest.h"
#include "yaml/quantity.h"

/* All benchmarks' arguments; each command's table has the options of its own. */
typedef struct arguments {
    nni_bench_options common;
    nni_bench_gemm_options gemm;
    nni_bench_step_options step;
    nni_bench_allreduce_options allreduce;
    nni_bench_io_options io;
} arguments;

enum key {
    KEY_PEERS = 256,
    KEY_SHAPE,
    KEY_NETWORK,
    KEY_BATCH,
    KEY_ACTIVATION,
    KEY_OPTIMIZER,
    KEY_MOMENTUM,
    KEY_PRECISION,
    KEY_EXPLAIN,
    KEY_SLICES,
    KEY_DATA,
    KEY_DATASET,
    KEY_SIZE,
    KEY_JSON,
};

static error_t take_size(struct argp_state *state, const char *option, const char *value, size_t most, size_t *size)
{
    if (nni_bench_parse_sizes(value, '\0', 1, size) && *size <= most)
        return 0;
    argp_error(state, "--%s: '%s' is no whole number from 1 to %zu", option, value, most);
    return EINVAL;
}

static error_t parse_common(int key, char *value, struct argp_state *state)
{
    nni_bench_options *common = &((arguments *)state->input)->common;
    switch (key) {
    case 't':
        return take_size(state, "threads", value, 1024, &common->threads);
    case 'r':
        return take_size(state, "repeat", value, 10000, &common->repeat);
    case KEY_JSON:
        common->json = true;
        common->json_path = value;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s' is no option", value);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t take_shape(struct argp_state *state, const char *value, nni_bench_gemm_options *gemm)
{
    if (gemm->shape_count == NNI_BENCH_MOST_SHAPES) {
        argp_error(state, "more than %d --shape; measure them in several runs", NNI_BENCH_MOST_SHAPES);
        return EINVAL;
    }
    if (nni_bench_parse_sizes(value, 'x', 3, gemm->shapes[gemm->shape_count])) {
        gemm->shape_count++;
        return 0;
    }
    argp_error(state, "--shape: '%s' is no ROWSxCOLUMNSxDEPTH, such as 128x512x784", value);
    return EINVAL;
}

static error_t parse_gemm(int key, char *value, struct argp_state *state)
{
    nni_bench_gemm_options *gemm = &((arguments *)state->input)->gemm;
    switch (key) {
    case KEY_PEERS:
        gemm->peers = true;
        return 0;
    case KEY_SHAPE:
        return take_shape(state, value, gemm);
    default:
        return parse_common(key, value, state);
    }
}

static error_t take_network(struct argp_state *state, const char *value, nni_bench_step_options *step)
{
    size_t count = 1;
    for (const char *c = value; *c; c++)
        count += *c == '-';
    step->width_count = count;
    if (count >= 2 && count <= NNI_BENCH_MOST_WIDTHS && nni_bench_parse_sizes(value, '-', count, step->widths))
        return 0;
    argp_error(state, "--network: '%s' is no list of 2 to %d widths, such as 784-512-10", value, NNI_BENCH_MOST_WIDTHS);
    return EINVAL;
}

static error_t take_momentum(struct argp_state *state, const char *value, double *momentum)
{
    char *end = NULL;
    *momentum = strtod(value, &end);
    if (end != value && *end == '\0' && *momentum >= 0 && *momentum < 1)
        return 0;
    argp_error(state, "--momentum: '%s' is no number from 0 to below 1", value);
    return EINVAL;
}

static error_t parse_step(int key, char *value, struct argp_state *state)
{
    nni_bench_step_options *step = &((arguments *)state->input)->step;
    switch (key) {
    case KEY_NETWORK:
        return take_network(state, value, step);
    case KEY_BATCH:
        return take_size(state, "batch", value, 1 << 20, &step->batch);
    case KEY_ACTIVATION:
        step->activation = value;
        return 0;
    case KEY_OPTIMIZER:
        step->optimizer = value;
        return 0;
    case KEY_PRECISION:
        step->precision = value;
        return 0;
    case KEY_MOMENTUM:
        return take_momentum(state, value, &step->momentum);
    case KEY_EXPLAIN:
        step->explain = true;
        return 0;
    default:
        return parse_common(key, value, state);
    }
}

static error_t parse_allreduce(int key, char *value, struct argp_state *state)
{
    nni_bench_allreduce_options *allreduce = &((arguments *)state->input)->allreduce;
    if (key == KEY_SLICES)
        return take_size(state, "slices", value, 1 << 16, &allreduce->slices);
    return parse_common(key, value, state);
}

static error_t parse_io(int key, char *value, struct argp_state *state)
{
    nni_bench_io_options *io = &((arguments *)state->input)->io;
    switch (key) {
    case KEY_DATA:
        io->data = value;
        return 0;
    case KEY_DATASET:
        io->dataset = value;
        return 0;
    case NNI_CLI_KEY_EXTERNAL:
        return nni_cli_take_external(&io->external, value, state);
    case KEY_SIZE:
        if (nni_read_bytes(value, &io->bytes))
            return 0;
        argp_error(state, "--size: '%s' is no size such as 512M; units are K, M and G", value);
        return EINVAL;
    default:
        return parse_common(key, value, state);
    }
}

static const char threads_doc[] = "OpenMP threads (default: 1)";
static const char json_doc[] = "Tell the figures as JSON, in a file or in place of the table";

static const struct argp_option gemm_options[] = {
    {"threads", 't', "COUNT", 0, threads_doc, 0},
    {"repeat", 'r', "COUNT", 0, "Timings of each, of which the median counts (default: 7; of long ones 3)", 0},
    {"peers", KEY_PEERS, NULL, 0, "Compare with OpenBLAS, BLIS and oneDNN", 0},
    {"shape", KEY_SHAPE, "ROWSxCOLUMNSxDEPTH", 0, "A product to measure; may be repeated (default: layers)", 0},
    {"json", KEY_JSON, "FILE", OPTION_ARG_OPTIONAL, json_doc, 0},
    NNI_CLI_HELP,
    {0},
};

static const struct argp_option tune_options[] = {
    {"threads", 't', "COUNT", 0,
     "OpenMP threads (default: 1); from when on they divide products is found with 2 or more", 0},
    {"repeat", 'r', "COUNT", 0, "Timings of each, of which the median counts (default: 7)", 0},
    NNI_CLI_HELP,
    {0},
};

static const struct argp_option step_options[] = {
    {"network", KEY_NETWORK, "WIDTHS", 0,
     "Inputs, hidden layers and classes, such as 784-512-10 (default: three networks)", 0},
    {"batch", KEY_BATCH, "ROWS", 0, "Rows of a step, of all ranks (default: 128)", 0},
    {"activation", KEY_ACTIVATION, "NAME", 0, "Of the hidden layers (default: relu)", 0},
    {"optimizer", KEY_OPTIMIZER, "NAME", 0, "As in a recipe (default: sgd)", 0},
    {"momentum", KEY_MOMENTUM, "NUMBER", 0, "Of the optimizer (default: 0.9 for sgd, else the optimizer's)", 0},
    {"precision", KEY_PRECISION, "NAME", 0, "Of products: float32 or bf16 (default: float32)", 0},
    {"threads", 't', "COUNT", 0, threads_doc, 0},
    {"repeat", 'r', "COUNT", 0, "Timings of each, of which the median counts (default: 15)", 0},
    {"explain", KEY_EXPLAIN, NULL, 0, "Tell each product's cost, and what bounds it", 0},
    {"json", KEY_JSON, "FILE", OPTION_ARG_OPTIONAL, json_doc, 0},
    NNI_CLI_HELP,
    {0},
};

static const struct argp_option allreduce_options[] = {
    {"slices", KEY_SLICES, "COUNT", 0, "As parallel.slices of a recipe (default: 16)", 0},
    {"repeat", 'r', "COUNT", 0, "Timings of each, of which the median counts (default: 7)", 0},
    {"json", KEY_JSON, "FILE", OPTION_ARG_OPTIONAL, json_doc, 0},
    NNI_CLI_HELP,
    {0},
};

static const struct argp_option io_options[] = {
    {"data", KEY_DATA, "FILE.h5", 0, "Measure this file (default: five files that are made, and removed)", 0},
    {"dataset", KEY_DATASET, "PATH", 0, "In that file (default: /train/x)", 0},
    NNI_CLI_EXTERNAL,
    {"size", KEY_SIZE, "BYTES", 0, "Of the rows of each file that is made (default: 512M)", 0},
    {"repeat", 'r', "COUNT", 0, "Timings of each, of which the best counts (default: 3)", 0},
    {"json", KEY_JSON, "FILE", OPTION_ARG_OPTIONAL, json_doc, 0},
    NNI_CLI_HELP,
    {0},
};

static const struct argp io_parser = {
    .options = io_options,
    .parser = parse_io,
    .doc =
        "Measures how fast rows come from HDF5 to memory on the ranks it is started on, as trainings read them, beside "
        "read(2) of the same file, and zlib alone where it is compressed.",
};

static const struct argp allreduce_parser = {
    .options = allreduce_options,
    .parser = parse_allreduce,
    .doc = "Measures sums over the ranks it is started on, by the size of the message: MPI_Allreduce, buckets as "
           "trainings have them, and those that keep to the tree of a reproducible training.",
};

static const struct argp gemm_parser = {
    .options = gemm_options,
    .parser = parse_gemm,
    .doc = "Measures matrix products of training in their three orientations (x W^T, delta W, delta^T x) beside the "
           "multiply-adds that a core can do, and other libraries.",
};

static const struct argp tune_parser = {
    .options = tune_options,
    .parser = parse_common,
    .doc =
        "Computes products of usual layers with other values of what they assume of this machine, its caches and when "
        "threads are worth it, and tells which would be better and by how much. Takes some seconds.",
};

static const struct argp step_parser = {
    .options = step_options,
    .parser = parse_step,
    .doc = "Measures whole training steps on synthetic rows: load, forward, loss, backward, descent. Under mpirun the "
           "ranks share each batch.",
};

static nn_status run_gemm(const arguments *given, nn_error *error)
{
    nni_bench_gemm_options options = given->gemm;
    options.common = given->common;
    return nni_bench_gemm(&options, error);
}

static nn_status run_tune(const arguments *given, nn_error *error)
{
    return nni_bench_tune(&given->common, error);
}

static nn_status run_parsed(const struct argp *parser, const char *name, int argc, char **argv,
                            nn_status (*run)(const arguments *given, nn_error *error))
{
    arguments given = {.common = {.threads = 1}};
    const nni_parsed parsed = nni_cli_parse(parser, name, argc, argv, &given);
    if (parsed != NNI_PARSED_GO)
        return parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
    if (!nni_cli_speaks())
        return NN_OK; /* started under mpirun: one process does it */
    nn_error error;
    nn_status status = nni_cli_check_environment(&error);
    if (status == NN_OK)
        status = run(&given, &error);
    return nni_cli_finish(status, &error);
}

static nn_status run_step(const void *parsed, nn_comm *comm, nn_error *error)
{
    const arguments *given = parsed;
    nni_bench_step_options options = given->step;
    options.common = given->common;
    return nni_bench_step(&options, comm, error);
}

static nn_status run_allreduce(const void *parsed, nn_comm *comm, nn_error *error)
{
    const arguments *given = parsed;
    nni_bench_allreduce_options options = given->allreduce;
    options.common = given->common;
    return nni_bench_allreduce(&options, comm, error);
}

static nn_status run_io(const void *parsed, nn_comm *comm, nn_error *error)
{
    const arguments *given = parsed;
    nni_bench_io_options options = given->io;
    options.common = given->common;
    return nni_bench_io(&options, comm, error);
}

/* The benchmarks of all ranks. */
static nn_status run_with_ranks(const struct argp *parser, const char *name, int argc, char **argv,
                                nn_status (*run)(const void *given, nn_comm *comm, nn_error *error))
{
    arguments given = {
        .common = {.threads = 1},
        .step = {.activation = "relu", .optimizer = "sgd", .precision = "float32", .momentum = -1},
        .allreduce = {.slices = 16},
        .io = {.dataset = "/train/x", .bytes = (size_t)512 << 20},
    };
    const nni_parsed parsed = nni_cli_parse(parser, name, argc, argv, &given);
    if (parsed != NNI_PARSED_GO)
        return parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
    return nni_cli_with_ranks(name + strlen("nntrain "), run, &given);
}

/* What stands where a benchmark should be named. */
static error_t parse_name(int key, char *value, struct argp_state *state)
{
    static const char *const names[] = {"gemm", "step", "allreduce", "io", "tune"};
    switch (key) {
    case ARGP_KEY_ARG:
        argp_error(state, "there is no benchmark '%s'%s; known are gemm, step, allreduce, io, tune", value,
                   nni_suggest_among(value, names, sizeof names / sizeof *names).text);
        return EINVAL;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name what to measure: gemm, step, allreduce, io or tune");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option name_options[] = {NNI_CLI_HELP, {0}};

static const struct argp name_parser = {
    .options = name_options,
    .parser = parse_name,
    .args_doc = "gemm|step|allreduce|io|tune [--help]",
    .doc =
        "Measures this machine: matrix products, whole training steps, sums over ranks, the reading of rows, or what "
        "products should assume of it.",
};

nn_status nni_cli_bench(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "gemm") == 0)
        return run_parsed(&gemm_parser, "nntrain bench gemm", argc - 1, argv + 1, run_gemm);
    if (argc > 1 && strcmp(argv[1], "step") == 0)
        return run_with_ranks(&step_parser, "nntrain bench step", argc - 1, argv + 1, run_step);
    if (argc > 1 && strcmp(argv[1], "allreduce") == 0)
        return run_with_ranks(&allreduce_parser, "nntrain bench allreduce", argc - 1, argv + 1, run_allreduce);
    if (argc > 1 && strcmp(argv[1], "io") == 0)
        return run_with_ranks(&io_parser, "nntrain bench io", argc - 1, argv + 1, run_io);
    if (argc > 1 && strcmp(argv[1], "tune") == 0)
        return run_parsed(&tune_parser, "nntrain bench tune", argc - 1, argv + 1, run_tune);
    arguments given = {.common = {.threads = 1}};
    const nni_parsed parsed = nni_cli_parse(&name_parser, "nntrain bench", argc, argv, &given);
    return parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
}
