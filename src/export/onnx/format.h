/* SPDX-License-Identifier: MIT */
/** The numbers and names of ONNX that files are written and read by. */
#ifndef NNI_EXPORT_ONNX_FORMAT_H
#define NNI_EXPORT_ONNX_FORMAT_H

enum { NNI_ONNX_IR_VERSION = 8, NNI_ONNX_OPSET = 17 };

/** Types of elements, as TensorProto.data_type has them. */
enum {
    NNI_ONNX_FLOAT = 1,
    NNI_ONNX_INT32 = 6,
    NNI_ONNX_INT64 = 7,
    NNI_ONNX_STRING = 8,
    NNI_ONNX_DOUBLE = 11,
    NNI_ONNX_BFLOAT16 = 16,
};

/** Types of attributes, as AttributeProto.type has them. */
enum { NNI_ONNX_ATTRIBUTE_FLOAT = 1, NNI_ONNX_ATTRIBUTE_INT = 2 };

/* Keys of metadata_props, for what a graph does not tell. */
#define NNI_ONNX_KEY_RECIPE          "recipe"
#define NNI_ONNX_KEY_PREDICTS        "predicts"
#define NNI_ONNX_KEY_CLASSES         "classes"
#define NNI_ONNX_KEY_FEATURES        "features"
#define NNI_ONNX_KEY_LABELS          "names_are_labels"
#define NNI_ONNX_KEY_CLASS_COUNT     "class_count"
#define NNI_ONNX_KEY_EPOCHS          "epochs"
#define NNI_ONNX_KEY_VERSION         "nntrain"
#define NNI_ONNX_KEY_FEATURE_SCALING "feature_scaling"
#define NNI_ONNX_KEY_TARGET_SCALING  "target_scaling"
#define NNI_ONNX_KEY_DROPOUT         "dropout"
#define NNI_ONNX_KEY_LEAST           "features.least"
#define NNI_ONNX_KEY_MOST            "features.most"
#define NNI_ONNX_KEY_DATA_FILE       "data_file"
#define NNI_ONNX_KEY_DATA_DIGEST     "data_digest"

/** Added to the variances of norms; see model/norms.c. */
#define NNI_ONNX_EPSILON 1e-5

#endif
