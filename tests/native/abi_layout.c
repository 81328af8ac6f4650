/* Prints what this machine's C compiler makes of the DLPack structs: one "name number" a line. */
#include "dlpack_abi.h"

#include <stdio.h>

#define SIZE(type) printf("%s %zu\n", #type, sizeof(type))
#define FIELD(type, field) printf("%s.%s %zu\n", #type, #field, offsetof(type, field))
#define VALUE(name) printf("%s %llu\n", #name, (unsigned long long)(name))

static void print_structs(void) {
    SIZE(DLPackVersion);
    FIELD(DLPackVersion, major);
    FIELD(DLPackVersion, minor);
    SIZE(DLDevice);
    FIELD(DLDevice, device_type);
    FIELD(DLDevice, device_id);
    SIZE(DLDataType);
    FIELD(DLDataType, code);
    FIELD(DLDataType, bits);
    FIELD(DLDataType, lanes);
    SIZE(DLTensor);
    FIELD(DLTensor, data);
    FIELD(DLTensor, device);
    FIELD(DLTensor, ndim);
    FIELD(DLTensor, dtype);
    FIELD(DLTensor, shape);
    FIELD(DLTensor, strides);
    FIELD(DLTensor, byte_offset);
    SIZE(DLManagedTensor);
    FIELD(DLManagedTensor, dl_tensor);
    FIELD(DLManagedTensor, manager_ctx);
    FIELD(DLManagedTensor, deleter);
    SIZE(DLManagedTensorVersioned);
    FIELD(DLManagedTensorVersioned, version);
    FIELD(DLManagedTensorVersioned, manager_ctx);
    FIELD(DLManagedTensorVersioned, deleter);
    FIELD(DLManagedTensorVersioned, flags);
    FIELD(DLManagedTensorVersioned, dl_tensor);
    SIZE(DLPackExchangeAPIHeader);
    FIELD(DLPackExchangeAPIHeader, version);
    FIELD(DLPackExchangeAPIHeader, prev_api);
    SIZE(DLPackExchangeAPI);
    FIELD(DLPackExchangeAPI, header);
    FIELD(DLPackExchangeAPI, managed_tensor_allocator);
    FIELD(DLPackExchangeAPI, managed_tensor_from_py_object_no_sync);
    FIELD(DLPackExchangeAPI, managed_tensor_to_py_object_no_sync);
    FIELD(DLPackExchangeAPI, dltensor_from_py_object_no_sync);
    FIELD(DLPackExchangeAPI, current_work_stream);
}

static void print_values(void) {
    VALUE(DLPACK_MAJOR_VERSION);
    VALUE(DLPACK_MINOR_VERSION);
    VALUE(DLPACK_FLAG_BITMASK_READ_ONLY);
    VALUE(DLPACK_FLAG_BITMASK_IS_COPIED);
    VALUE(DLPACK_FLAG_BITMASK_IS_SUBBYTE_TYPE_PADDED);
    VALUE(kDLCPU); VALUE(kDLCUDA); VALUE(kDLCUDAHost); VALUE(kDLOpenCL); VALUE(kDLVulkan); VALUE(kDLMetal);
    VALUE(kDLVPI); VALUE(kDLROCM); VALUE(kDLROCMHost); VALUE(kDLExtDev); VALUE(kDLCUDAManaged); VALUE(kDLOneAPI);
    VALUE(kDLWebGPU); VALUE(kDLHexagon); VALUE(kDLMAIA); VALUE(kDLTrn); VALUE(kDLTPU); VALUE(kDLTPUHost);
    VALUE(kDLAscend);
    VALUE(kDLInt); VALUE(kDLUInt); VALUE(kDLFloat); VALUE(kDLOpaqueHandle); VALUE(kDLBfloat); VALUE(kDLComplex);
    VALUE(kDLBool); VALUE(kDLFloat8_e3m4); VALUE(kDLFloat8_e4m3); VALUE(kDLFloat8_e4m3b11fnuz);
    VALUE(kDLFloat8_e4m3fn); VALUE(kDLFloat8_e4m3fnuz); VALUE(kDLFloat8_e5m2); VALUE(kDLFloat8_e5m2fnuz);
    VALUE(kDLFloat8_e8m0fnu); VALUE(kDLFloat6_e2m3fn); VALUE(kDLFloat6_e3m2fn); VALUE(kDLFloat4_e2m1fn);
    VALUE(kDLBcomplex);
}

int main(void) {
    print_structs();
    print_values();
    return 0;
}
