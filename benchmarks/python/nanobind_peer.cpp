// The peer of the benchmarks, and a consumer and producer of the tests: what nanobind's ndarray does.
#include <complex>
#include <cstring>

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/complex.h>

namespace nb = nanobind;
using namespace nb::literals;

using Any = nb::ndarray<nb::ro>;

// An array that was taken, for as long as somebody looks at it.
struct Taken {
    Any array;

    size_t address() const { return reinterpret_cast<size_t>(array.data()); }

    nb::list values() const
    {
        nb::list out;
        collect(out, static_cast<const char *>(array.data()), 0);
        return out;
    }

private:
    void collect(nb::list &out, const char *at, size_t dimension) const
    {
        if (dimension == array.ndim()) {
            out.append(element(at));
            return;
        }
        for (size_t i = 0; i < array.shape(dimension); i++)
            collect(out, at + static_cast<int64_t>(i) * array.stride(dimension) * array.itemsize(), dimension + 1);
    }

    template <typename T> static T read(const char *at)
    {
        T value;
        std::memcpy(&value, at, sizeof value);
        return value;
    }

    nb::object element(const char *at) const
    {
        const nb::dlpack::dtype type = array.dtype();
        switch (static_cast<nb::dlpack::dtype_code>(type.code)) {
        case nb::dlpack::dtype_code::Int:
            switch (type.bits) {
            case 8: return nb::int_(read<int8_t>(at));
            case 16: return nb::int_(read<int16_t>(at));
            case 32: return nb::int_(read<int32_t>(at));
            default: return nb::int_(read<int64_t>(at));
            }
        case nb::dlpack::dtype_code::UInt:
            switch (type.bits) {
            case 8: return nb::int_(read<uint8_t>(at));
            case 16: return nb::int_(read<uint16_t>(at));
            case 32: return nb::int_(read<uint32_t>(at));
            default: return nb::int_(read<uint64_t>(at));
            }
        case nb::dlpack::dtype_code::Bool: return nb::bool_(read<uint8_t>(at) != 0);
        case nb::dlpack::dtype_code::Complex:
            return type.bits == 64 ? nb::cast(std::complex<double>(read<std::complex<float>>(at)))
                                   : nb::cast(read<std::complex<double>>(at));
        default:
            switch (type.bits) {
            case 16: return nb::float_(half(read<uint16_t>(at)));
            case 32: return nb::float_(read<float>(at));
            default: return nb::float_(read<double>(at));
            }
        }
    }

    static double half(uint16_t bits)
    {
        _Float16 value;
        std::memcpy(&value, &bits, sizeof value);
        return static_cast<double>(value);
    }
};

static float elements[6] = {1, 2, 3, 4, 5, 6};

NB_MODULE(dlpack_nanobind_peer, m)
{
    m.attr("__version__") =
        NB_TOSTRING(NB_VERSION_MAJOR) "." NB_TOSTRING(NB_VERSION_MINOR) "." NB_TOSTRING(NB_VERSION_PATCH);
    nb::class_<Taken>(m, "Taken").def("values", &Taken::values).def("address", &Taken::address);
    m.def("take", [](Any array) { return Taken{array}; });
    m.def("accept", [](const Any &) {});
    m.def(
        "make", [] { return nb::ndarray<float, nb::array_api, nb::ndim<2>>(elements, {2, 3}); },
        nb::rv_policy::reference);
}
