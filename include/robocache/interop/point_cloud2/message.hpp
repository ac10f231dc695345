// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <robocache/detail/config.hpp>
#include <robocache/status.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <type_traits>
#include <utility>

/// \file
/// What a PointCloud2 says of its bytes: sizes and fields, checked.

namespace robocache {

/// One field of a plain `point_cloud2`: the members and the numbers of `sensor_msgs/PointField`.
struct point_cloud2_field {
  /// `datatype`
  enum : std::uint8_t { int8 = 1, uint8, int16, uint16, int32, uint32, float32, float64 };

  const char* name = "";
  std::uint32_t offset = 0;  ///< bytes from a point's begin
  std::uint8_t datatype = float32;
  std::uint32_t count = 1;
};

/// A pointer and a number of elements, for the members of `point_cloud2`.
template <class T>
class point_cloud2_list {
 public:
  constexpr point_cloud2_list() noexcept = default;
  constexpr point_cloud2_list(const T* data, std::size_t size) noexcept
      : data_(data), size_(size) {}
  template <std::size_t Size>
  constexpr point_cloud2_list(const T (&array)[Size]) noexcept : data_(array), size_(Size) {}
  /// From a vector, a `std::array`, a span.
  ///
  /// \param container  its elements must outlive the list
  template <class Container,
            class = decltype(static_cast<const T*>(std::declval<const Container&>().data()))>
  constexpr point_cloud2_list(const Container& container) noexcept
      : data_(container.data()), size_(container.size()) {}

  constexpr const T* data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr const T* begin() const noexcept { return data_; }
  constexpr const T* end() const noexcept { return data_ + size_; }

 private:
  const T* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A cloud of points with named fields: the members of `sensor_msgs/PointCloud2`, without ROS. Owns
/// nothing. Where there is a ROS message use that.
struct point_cloud2 {
  std::uint32_t height = 1;  ///< rows; 1 if the cloud is not organised
  std::uint32_t width = 0;   ///< points of a row
  point_cloud2_list<point_cloud2_field> fields;
  bool is_bigendian = false;
  std::uint32_t point_step = 0;          ///< bytes from one point to the next
  std::uint32_t row_step = 0;            ///< bytes from one row to the next
  point_cloud2_list<std::uint8_t> data;  ///< host memory, or device memory for a CUDA stream
  bool is_dense = true;                  ///< not looked at: points that are not finite are dropped
};

/// A message whose bytes were copied. See `point_cloud2_at`.
template <class Message>
struct point_cloud2_copy {
  const Message& message;
  const void* data;
};

/// A message with its bytes elsewhere: those of `message.data` copied to the GPU, at `data`. The
/// sizes and fields are the message's, which must outlive the result.
///
/// \param message  what all functions of `interop/point_cloud2.hpp` take
/// \param data     as many bytes as `message.data` has
template <class Message>
point_cloud2_copy<Message> point_cloud2_at(const Message& message, const void* data) noexcept {
  return {message, data};
}
template <class Message>
void point_cloud2_at(const Message&& message, const void* data) = delete;  // it would be gone

namespace detail {

/// \cond
template <class M, class = void>
struct is_point_cloud2 : std::false_type {};
template <class M>
struct is_point_cloud2<
    M,
    std::void_t<decltype(std::declval<const M&>().height), decltype(std::declval<const M&>().width),
                decltype(std::declval<const M&>().is_bigendian),
                decltype(std::declval<const M&>().point_step),
                decltype(std::declval<const M&>().row_step),
                decltype(std::declval<const M&>().data.data()),
                decltype(std::declval<const M&>().data.size()),
                decltype(std::begin(std::declval<const M&>().fields)->name),
                decltype(std::begin(std::declval<const M&>().fields)->offset),
                decltype(std::begin(std::declval<const M&>().fields)->datatype),
                decltype(std::begin(std::declval<const M&>().fields)->count)>> : std::true_type {};

/// \endcond

/// Sizes and bytes of a message, as they stand there until `check_cloud` has seen them.
struct cloud_layout {
  const unsigned char* data;
  std::uint64_t bytes;
  std::int64_t height;
  std::int64_t width;
  std::int64_t point_step;
  std::int64_t row_step;
  bool big_endian;

  std::int64_t points() const noexcept { return height * width; }
  /// All rows as one, where a single step leads from point to point.
  bool one_row() const noexcept {
    return height <= 1 || width <= 1 || row_step == width * point_step;  // 0: not checked
  }
  /// That step.
  std::int64_t step() const noexcept { return width == 1 && height > 1 ? row_step : point_step; }
};

/// The part of a message that has the fields; of what is none an empty one, so that one sentence is
/// all that the compiler has to say.
template <class Message>
decltype(auto) header_of(const Message& message) noexcept {
  static_assert(is_point_cloud2<Message>::value,
                "a point cloud has the members of sensor_msgs/PointCloud2: height, width, fields "
                "(name, offset, datatype, count), is_bigendian, point_step, row_step, data");
  if constexpr (is_point_cloud2<Message>::value) {
    return (message);
  } else {
    return point_cloud2{};
  }
}
template <class Message>
decltype(auto) header_of(const point_cloud2_copy<Message>& copy) noexcept {
  return header_of(copy.message);
}

template <class Message>
const void* bytes_at(const Message& message) noexcept {
  return header_of(message).data.data();
}
template <class Message>
const void* bytes_at(const point_cloud2_copy<Message>& copy) noexcept {
  return copy.data;
}

template <class Message>
ROBOCACHE_HIDDEN cloud_layout layout_of(const Message& message) noexcept {
  const auto& header = header_of(message);
  const auto number = [](auto n) { return static_cast<std::int64_t>(n); };
  return {static_cast<const unsigned char*>(bytes_at(message)),
          static_cast<std::uint64_t>(header.data.size()),
          number(header.height),
          number(header.width),
          number(header.point_step),
          number(header.row_step),
          static_cast<bool>(header.is_bigendian)};
}

/// Sizes that belong together and to the bytes there are.
ROBOCACHE_DETAIL_OUTLINE inline status check_cloud(const char* function,
                                                   const cloud_layout& cloud) noexcept {
  constexpr std::int64_t most = 0xffffffff;
  const struct {
    const char* name;
    std::int64_t value;
  } members[] = {{"height", cloud.height},
                 {"width", cloud.width},
                 {"point_step", cloud.point_step},
                 {"row_step", cloud.row_step}};
  for (const auto& member : members) {
    if (member.value < 0 || member.value > most) {
      return status::invalid_argument("%s: message.%s is %lld, must be 0 to 4294967295", function,
                                      member.name, static_cast<long long>(member.value));
    }
  }
  if (cloud.height == 0 || cloud.width == 0) return {};
  const auto product = [](std::int64_t a, std::int64_t b) {  // of 32 bits each
    return static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b);
  };
  if (cloud.point_step == 0) {
    return status::invalid_argument(
        "%s: message.point_step is 0, but there are %llu points", function,
        static_cast<unsigned long long>(product(cloud.height, cloud.width)));
  }
  if (product(cloud.height, cloud.width) >> 63 != 0) {
    return status::invalid_argument(
        "%s: message.height x message.width, %lld x %lld, is 2^63 points or more", function,
        static_cast<long long>(cloud.height), static_cast<long long>(cloud.width));
  }
  const std::uint64_t row = product(cloud.width, cloud.point_step);
  if (static_cast<std::uint64_t>(cloud.row_step) < row) {
    return status::invalid_argument(
        "%s: message.row_step is %lld, but message.width x message.point_step, %lld x %lld, is "
        "%llu",
        function, static_cast<long long>(cloud.row_step), static_cast<long long>(cloud.width),
        static_cast<long long>(cloud.point_step), static_cast<unsigned long long>(row));
  }
  const std::uint64_t needed = product(cloud.height, cloud.row_step);
  if (cloud.bytes < needed) {
    return status::invalid_argument(
        "%s: message.data has %llu bytes, but message.height x message.row_step, %lld x %lld, is "
        "%llu",
        function, static_cast<unsigned long long>(cloud.bytes),
        static_cast<long long>(cloud.height), static_cast<long long>(cloud.row_step),
        static_cast<unsigned long long>(needed));
  }
  if (cloud.data == nullptr) {
    return status::invalid_argument("%s: message.data is a null pointer but has %llu bytes",
                                    function, static_cast<unsigned long long>(cloud.bytes));
  }
  return {};
}

/// The types of fields by their numbers, 1 to 8.
inline const char* name_of_datatype(int datatype) noexcept {
  constexpr const char* names[] = {"INT8",  "UINT8",  "INT16",   "UINT16",
                                   "INT32", "UINT32", "FLOAT32", "FLOAT64"};
  return names[datatype - 1];  // NOLINT(clang-analyzer-*): 1 to 8
}
constexpr std::int64_t size_of_datatype(int datatype) noexcept {
  return datatype == point_cloud2_field::float64 ? 8
         : datatype >= point_cloud2_field::int32 ? 4
         : datatype >= point_cloud2_field::int16 ? 2
                                                 : 1;
}

/// A string of any kind.
struct cloud_name {
  const char* text;
  std::size_t length;

  bool operator==(const cloud_name& other) const noexcept {
    return length == other.length && (length == 0 || std::memcmp(text, other.text, length) == 0);
  }
};
inline cloud_name name_of(const char* text) noexcept {
  return text == nullptr ? cloud_name{"", 0} : cloud_name{text, std::strlen(text)};
}
template <class String, class = decltype(std::declval<const String&>().size())>
cloud_name name_of(const String& text) noexcept {
  return {text.data(), text.size()};
}

/// Text for a message, cut where it is full. What cannot be printed becomes a question mark.
class cloud_text {
 public:
  explicit cloud_text(const cloud_name& name) noexcept { add(name); }
  cloud_text() noexcept = default;

  void add(const cloud_name& name) noexcept {
    for (std::size_t i = 0; i < name.length && used_ + 1 < sizeof(text_); ++i) {
      const char c = name.text[i];
      text_[used_++] = c >= ' ' && c <= '~' ? c : '?';
    }
  }
  const char* text() const noexcept { return text_; }

 private:
  char text_[100] = {};
  std::size_t used_ = 0;
};

/// A field that was found and makes sense.
struct cloud_field {
  std::int64_t offset = 0;
  int datatype = 0;
};

ROBOCACHE_DETAIL_OUTLINE inline status check_field(const char* function, const cloud_name& name,
                                                   std::int64_t offset, std::int64_t datatype,
                                                   std::int64_t count, std::int64_t point_step,
                                                   cloud_field& field) noexcept {
  if (datatype < point_cloud2_field::int8 || datatype > point_cloud2_field::float64) {
    return status::invalid_argument(
        "%s: field '%s' has datatype %lld, must be 1 (INT8) to 8 (FLOAT64)", function,
        cloud_text(name).text(), static_cast<long long>(datatype));
  }
  if (count != 1 && count != 0) {  // some drivers write 0 for one
    return status::invalid_argument("%s: field '%s' has count %lld, must be 1", function,
                                    cloud_text(name).text(), static_cast<long long>(count));
  }
  const int type = static_cast<int>(datatype);
  if (offset < 0 || offset > point_step - size_of_datatype(type)) {
    return status::invalid_argument(
        "%s: field '%s' has offset %lld and %lld bytes (%s), but message.point_step is %lld",
        function, cloud_text(name).text(), static_cast<long long>(offset),
        static_cast<long long>(size_of_datatype(type)), name_of_datatype(type),
        static_cast<long long>(point_step));
  }
  field = {offset, type};
  return {};
}

/// The one field of that name.
template <class Header>
ROBOCACHE_HIDDEN status find_field(const char* function, const Header& header,
                                   const cloud_name& name, cloud_field& field) noexcept {
  int found = 0;
  status result;
  for (const auto& candidate : header.fields) {
    if (!(name_of(candidate.name) == name)) continue;
    ++found;
    result = check_field(function, name, static_cast<std::int64_t>(candidate.offset),
                         static_cast<std::int64_t>(candidate.datatype),
                         static_cast<std::int64_t>(candidate.count),
                         static_cast<std::int64_t>(header.point_step), field);
  }
  if (found == 1) return result;
  if (found > 1) {
    return status::invalid_argument("%s: message has %d fields '%s'", function, found,
                                    cloud_text(name).text());
  }
  cloud_text present;
  for (const auto& candidate : header.fields) {
    present.add({" ", 1});
    present.add(name_of(candidate.name));
  }
  return status::invalid_argument("%s: message has no field '%s', it has:%s", function,
                                  cloud_text(name).text(), present.text());
}

}  // namespace detail
}  // namespace robocache
