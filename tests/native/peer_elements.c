/* Elements of any layout, as doubles. */
#include "peer.h"

#include <math.h>
#include <string.h>

static uint32_t float_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double half_of(uint16_t bits) {
    int exponent = (bits >> 10) & 31;
    int mantissa = bits & 1023;
    double magnitude = exponent == 0    ? ldexp(mantissa, -24)
                       : exponent == 31 ? (mantissa ? NAN : INFINITY)
                                        : ldexp(mantissa + 1024, exponent - 25);
    return bits & 0x8000 ? -magnitude : magnitude;
}

/* Exact for what tests write: numbers that a half can hold, the normal ones and zero. */
static uint16_t half_bits(double value) {
    if (value == 0) {
        return 0;
    }
    int exponent;
    double fraction = frexp(fabs(value), &exponent);
    uint16_t mantissa = (uint16_t)(ldexp(fraction, 11) - 1024);
    return (uint16_t)((value < 0 ? 0x8000 : 0) | ((exponent + 14) << 10) | mantissa);
}

int64_t peer_count(const DLTensor *tensor) {
    int64_t count = 1;
    for (int32_t i = 0; i < tensor->ndim; i++) {
        count *= tensor->shape[i];
    }
    return count;
}

static char *address(const DLTensor *tensor, int64_t index) {
    int64_t offset = 0;
    int64_t row_major = 1;
    for (int32_t i = tensor->ndim - 1; i >= 0; i--) {
        int64_t stride = tensor->strides ? tensor->strides[i] : row_major;
        offset += index % tensor->shape[i] * stride;
        index /= tensor->shape[i];
        row_major *= tensor->shape[i];
    }
    int64_t size = (tensor->dtype.bits * tensor->dtype.lanes + 7) / 8;
    return (char *)tensor->data + tensor->byte_offset + offset * size;
}

#define KIND(code, bits) ((code) << 8 | (bits))

/* memcpy, because a slice of a packed buffer need not be aligned. */
#define READ(type) { type value; memcpy(&value, from, sizeof value); return (double)value; }
#define WRITE(type) { type copy = (type)value; memcpy(to, &copy, sizeof copy); return; }

double peer_read(const DLTensor *tensor, int64_t index) {
    const char *from = address(tensor, index);
    uint16_t bits16;
    switch (tensor->dtype.lanes == 1 ? KIND(tensor->dtype.code, tensor->dtype.bits) : -1) {
    case KIND(kDLBool, 8): READ(uint8_t)
    case KIND(kDLInt, 8): READ(int8_t)
    case KIND(kDLInt, 16): READ(int16_t)
    case KIND(kDLInt, 32): READ(int32_t)
    case KIND(kDLInt, 64): READ(int64_t)
    case KIND(kDLUInt, 8): READ(uint8_t)
    case KIND(kDLUInt, 16): READ(uint16_t)
    case KIND(kDLUInt, 32): READ(uint32_t)
    case KIND(kDLUInt, 64): READ(uint64_t)
    case KIND(kDLFloat, 32): READ(float)
    case KIND(kDLFloat, 64): READ(double)
    case KIND(kDLFloat, 16): memcpy(&bits16, from, 2); return half_of(bits16);
    case KIND(kDLBfloat, 16): memcpy(&bits16, from, 2); return float_of((uint32_t)bits16 << 16);
    default: return NAN;
    }
}

void peer_write(const DLTensor *tensor, int64_t index, double value) {
    char *to = address(tensor, index);
    uint16_t bits16;
    switch (tensor->dtype.lanes == 1 ? KIND(tensor->dtype.code, tensor->dtype.bits) : -1) {
    case KIND(kDLBool, 8): *to = value != 0; return;
    case KIND(kDLInt, 8): WRITE(int8_t)
    case KIND(kDLInt, 16): WRITE(int16_t)
    case KIND(kDLInt, 32): WRITE(int32_t)
    case KIND(kDLInt, 64): WRITE(int64_t)
    case KIND(kDLUInt, 8): WRITE(uint8_t)
    case KIND(kDLUInt, 16): WRITE(uint16_t)
    case KIND(kDLUInt, 32): WRITE(uint32_t)
    case KIND(kDLUInt, 64): WRITE(uint64_t)
    case KIND(kDLFloat, 32): WRITE(float)
    case KIND(kDLFloat, 64): WRITE(double)
    case KIND(kDLFloat, 16): bits16 = half_bits(value); memcpy(to, &bits16, 2); return;
    case KIND(kDLBfloat, 16): bits16 = (uint16_t)(float_bits((float)value) >> 16); memcpy(to, &bits16, 2); return;
    default: return;
    }
}

double peer_sum(const DLTensor *tensor) {
    double sum = 0;
    for (int64_t i = 0, count = peer_count(tensor); i < count; i++) {
        sum += peer_read(tensor, i);
    }
    return sum;
}
