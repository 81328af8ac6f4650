"""Trains the digit model, writes it as ONNX, and records scikit-learn's scores for the sample to compare with.

    python3 train.py        needs numpy and scikit-learn; writes digits.onnx and expected-scores.csv.gz

The ONNX file is encoded here byte by byte (it is plain protobuf), so no other package is needed. Field numbers are
those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
"""

import gzip
import pathlib

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

HERE = pathlib.Path(__file__).resolve().parent
SEEN = 1347  # images 0 to 1346 are trained on, the other 450 are kept for testing
FLOAT32, INT64 = 1, 7  # TensorProto.DataType


def varint(n):
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    return bytes(out + bytes([n]))


def field(number, value):
    """One protobuf field: an int as a varint; text, bytes or an encoded message with its length in front."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def message(*fields):
    return b"".join(field(number, value) for number, value in fields)


def tensor(name, array):
    array = np.ascontiguousarray(array, "<f4")
    dims = [(1, extent) for extent in array.shape]
    return message(*dims, (2, FLOAT32), (8, name), (9, array.tobytes()))  # TensorProto


def int_attribute(name, value):
    return message((1, name), (3, value), (20, 2))  # AttributeProto, type INT


def node(op, inputs, output, *attributes):
    names = [(1, name) for name in inputs]
    return message(*names, (2, output), (3, f"{op}_{output}"), (4, op), *[(5, a) for a in attributes])


def value_info(name, dtype, *columns):
    dims = [message((2, "images"))] + [message((1, extent)) for extent in columns]  # any number of images
    shape = message(*[(1, dim) for dim in dims])
    return message((1, name), (2, message((1, message((1, dtype), (2, shape))))))


def onnx_model(mlp):
    (w1, w2), (b1, b2) = mlp.coefs_, mlp.intercepts_
    graph = message(
        (1, node("Div", ["pixels", "white"], "scaled")),
        (1, node("Gemm", ["scaled", "w1", "b1"], "sums")),
        (1, node("Relu", ["sums"], "hidden")),
        (1, node("Gemm", ["hidden", "w2", "b2"], "logits")),
        (1, node("Softmax", ["logits"], "scores", int_attribute("axis", 1))),
        (1, node("ArgMax", ["scores"], "digits", int_attribute("axis", 1), int_attribute("keepdims", 0))),
        (2, "handwritten_digits"),
        *[(5, tensor(n, a)) for n, a in [("white", np.array(16.0)), ("w1", w1), ("b1", b1), ("w2", w2), ("b2", b2)]],
        (11, value_info("pixels", FLOAT32, 64)),
        (12, value_info("scores", FLOAT32, 10)),
        (12, value_info("digits", INT64)),
    )
    opset = message((2, 17))
    return message((1, 8), (2, "samples/QuickStart/model/train.py"), (7, graph), (8, opset))  # ModelProto, IR version 8


def main():
    table = np.loadtxt(HERE.parent / "data" / "digits.csv.gz", delimiter=",")
    images, digits = table[:, :64] / 16, table[:, 64].astype(int)

    mlp = MLPClassifier(hidden_layer_sizes=(32,), alpha=0.1, max_iter=2000, random_state=0)
    mlp.fit(images[:SEEN], digits[:SEEN])
    scores = mlp.predict_proba(images)

    model = onnx_model(mlp)
    (HERE / "digits.onnx").write_bytes(model)
    lines = "".join(",".join(f"{s:.7f}" for s in row) + "\n" for row in scores)
    (HERE / "expected-scores.csv.gz").write_bytes(gzip.compress(lines.encode(), 9, mtime=0))

    right = scores.argmax(axis=1) == digits
    best = np.sort(scores, axis=1)
    print(f"numpy {np.__version__}, scikit-learn {sklearn.__version__}, {mlp.n_iter_} epochs, loss {mlp.loss_:.6f}")
    print(f"{sum(w.size for w in mlp.coefs_ + mlp.intercepts_)} parameters, {len(model)} bytes of ONNX")
    print(f"seen {right[:SEEN].sum()} of {SEEN}, unseen {right[SEEN:].sum()} of {len(right) - SEEN}")
    print(f"closest call: first and second score {(best[:, -1] - best[:, -2]).min():.4f} apart")


if __name__ == "__main__":
    main()
