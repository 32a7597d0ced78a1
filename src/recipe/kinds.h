/** The names of kinds, as tables that libcyaml reads and writes: the one place where a name meets its value. */
#ifndef NNI_RECIPE_KINDS_H
#define NNI_RECIPE_KINDS_H

#include <cyaml/cyaml.h>

#include "nntrain/kinds.h"

/* Sized here, because a static schema needs the count as a constant; the definitions must agree. */
extern const cyaml_strval_t nni_activation_names[12];
extern const cyaml_strval_t nni_loss_names[6];
extern const cyaml_strval_t nni_feature_scaling_names[7];
extern const cyaml_strval_t nni_target_scaling_names[6];
extern const cyaml_strval_t nni_imputation_names[2];
extern const cyaml_strval_t nni_external_names[2];
extern const cyaml_strval_t nni_flip_names[4];
extern const cyaml_strval_t nni_initializer_names[12];
extern const cyaml_strval_t nni_norm_names[3];
extern const cyaml_strval_t nni_optimizer_names[7];
extern const cyaml_strval_t nni_precision_names[2];
extern const cyaml_strval_t nni_on_nan_names[3];
extern const cyaml_strval_t nni_schedule_names[5];
extern const cyaml_strval_t nni_metric_names[19];

#endif
