/* The consumer that accepts only what the header asks of a producer. */
#include "peer.h"

static const char *of_device(DLDevice device) {
    int32_t type = device.device_type;
    if (type < kDLCPU || type > kDLAscend || type == 5 || type == 6) {
        return "unknown device_type";
    }
    return type == kDLCPU && device.device_id != 0 ? "device_id of main memory is not 0" : NULL;
}

static const char *of_dtype(DLDataType dtype) {
    if (dtype.code > kDLBcomplex) {
        return "unknown dtype.code";
    }
    if (dtype.bits == 0) {
        return "dtype.bits is 0";
    }
    return dtype.lanes == 0 ? "dtype.lanes is 0" : NULL;
}

static const char *of_extents(const DLTensor *tensor) {
    if (tensor->ndim < 0) {
        return "ndim is negative";
    }
    if (tensor->ndim == 0) {
        return tensor->shape || tensor->strides ? "ndim is 0, but shape or strides is not null" : NULL;
    }
    if (!tensor->shape) {
        return "shape is null";
    }
    if (!tensor->strides) {
        return "strides is null, which 1.2 and later forbid";
    }
    for (int32_t i = 0; i < tensor->ndim; i++) {
        if (tensor->shape[i] < 0) {
            return "an extent is negative";
        }
    }
    return NULL;
}

static const char *of_data(const DLTensor *tensor) {
    if (peer_count(tensor) == 0) {
        return tensor->data ? "there are no elements, but data is not null" : NULL;
    }
    if (!tensor->data) {
        return "data is null";
    }
    if (tensor->device.device_type == kDLCPU && tensor->byte_offset != 0) {
        return "byte_offset is not 0, which many consumers ignore";
    }
    /* Complex numbers and vectors are aligned as their parts are. */
    uintptr_t part = tensor->dtype.code == kDLComplex ? tensor->dtype.bits / 16 : tensor->dtype.bits / 8;
    int is_power_of_two = part != 0 && (part & (part - 1)) == 0;
    return is_power_of_two && (uintptr_t)tensor->data % part ? "data is not aligned to its elements" : NULL;
}

static const char *of_tensor(const DLTensor *tensor) {
    const char *complaint = of_device(tensor->device);
    complaint = complaint ? complaint : of_dtype(tensor->dtype);
    complaint = complaint ? complaint : of_extents(tensor);
    return complaint ? complaint : of_data(tensor);
}

static const char *of_versioned(const DLManagedTensorVersioned *managed) {
    if (managed->version.major != DLPACK_MAJOR_VERSION) {
        return "version.major is not 1";
    }
    if (!managed->deleter) {
        return "deleter is null";
    }
    if (managed->flags & ~7ULL) {
        return "unknown flags";
    }
    return of_tensor(&managed->dl_tensor);
}

static const char *of_legacy(const DLManagedTensor *managed) {
    return managed->deleter ? of_tensor(&managed->dl_tensor) : "deleter is null";
}

const char *peer_complaint(const void *tensor, int32_t kind) {
    return kind == PEER_VERSIONED ? of_versioned(tensor) : of_legacy(tensor);
}
