// The floor: what lending a small tensor costs in C, where nothing is pinned, counted or checked.
#include <stdint.h>
#include <stdlib.h>

typedef struct { int32_t device_type, device_id; } DLDevice;
typedef struct { uint8_t code, bits; uint16_t lanes; } DLDataType;

typedef struct {
  void *data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t *shape, *strides;
  uint64_t byte_offset;
} DLTensor;

typedef struct Managed {
  struct { uint32_t major, minor; } version;
  void *manager_ctx;
  void (*deleter)(struct Managed *);
  uint64_t flags;
  DLTensor dl_tensor;
} Managed;

typedef struct { Managed tensor; int64_t dims[4]; } Block;

static void delete_block(Managed *tensor) { free(tensor); }

// An 8 x 8 float32 tensor over the caller's memory.
Managed *floor_make(void *data) {
  Block *block = malloc(sizeof(Block));
  if (!block) return 0;
  Managed *tensor = &block->tensor;
  tensor->version.major = 1;
  tensor->version.minor = 3;
  tensor->manager_ctx = block;
  tensor->deleter = delete_block;
  tensor->flags = 0;
  tensor->dl_tensor.data = data;
  tensor->dl_tensor.device = (DLDevice){1, 0};
  tensor->dl_tensor.ndim = 2;
  tensor->dl_tensor.dtype = (DLDataType){2, 32, 1};
  tensor->dl_tensor.shape = block->dims;
  tensor->dl_tensor.strides = block->dims + 2;
  tensor->dl_tensor.byte_offset = 0;
  block->dims[0] = 8;
  block->dims[1] = 8;
  block->dims[2] = 8;
  block->dims[3] = 1;
  return tensor;
}

// The same pair of calls without leaving C. The pointer is volatile, so that the compiler keeps both calls.
void floor_loop(void *data, int32_t count) {
  for (int32_t i = 0; i < count; i++) {
    Managed *volatile tensor = floor_make(data);
    if (tensor) tensor->deleter(tensor);
  }
}
