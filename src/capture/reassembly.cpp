#include "capture/reassembly.h"

#include <algorithm>
#include <utility>

namespace anemone {
namespace {

constexpr std::uint32_t kLengthMax = 0xffff;

}  // namespace

void Reassembly::drop(std::size_t at) {
  ++dropped_;
  datagrams_.erase(datagrams_.begin() + static_cast<std::ptrdiff_t>(at));
}

// The datagram that the fragment is of: the one that is there, or a fresh one.
std::size_t Reassembly::find(Time time, const IpPacket& fragment) {
  for (std::size_t i = datagrams_.size(); i-- > 0;) {
    if (time - datagrams_[i].heard > kPatience) drop(i);
  }
  const auto found = std::find_if(datagrams_.begin(), datagrams_.end(), [&](const Datagram& datagram) {
    const IpPacket& first = datagram.first;
    return first.fragment_id == fragment.fragment_id && first.src == fragment.src &&
           first.dst == fragment.dst && first.protocol == fragment.protocol;
  });
  if (found != datagrams_.end()) return static_cast<std::size_t>(found - datagrams_.begin());
  if (datagrams_.size() == kDatagrams) {
    const auto oldest =
        std::min_element(datagrams_.begin(), datagrams_.end(),
                         [](const Datagram& a, const Datagram& b) { return a.heard < b.heard; });
    drop(static_cast<std::size_t>(oldest - datagrams_.begin()));
  }
  datagrams_.emplace_back().first = fragment;
  return datagrams_.size() - 1;
}

// False when it overlaps what is there, contradicts it, or was not captured whole.
bool Reassembly::insert(Datagram& datagram, const IpPacket& fragment) {
  const std::uint32_t size =
      fragment.length - std::min<std::uint32_t>(fragment.length, fragment.header_length);
  const Piece piece{fragment.fragment_offset, fragment.fragment_offset + size};
  const bool last = !fragment.fragments_follow;
  if (fragment.payload.size() != size || size == 0 || piece.to > kLengthMax) return false;
  if (!last && size % 8 != 0) return false;
  const auto after = std::find_if(datagram.pieces.begin(), datagram.pieces.end(),
                                  [&](const Piece& other) { return other.to > piece.from; });
  if (after != datagram.pieces.end() && after->from == piece.from && after->to == piece.to)
    return true;  // a copy
  if (after != datagram.pieces.end() && after->from < piece.to) return false;
  if (last && (datagram.length != 0 || (!datagram.pieces.empty() && datagram.pieces.back().to > piece.to))) {
    return false;
  }
  if (datagram.length != 0 && piece.to > datagram.length) return false;
  if (last) datagram.length = piece.to;
  datagram.pieces.insert(after, piece);
  if (datagram.bytes.size() < piece.to) datagram.bytes.resize(piece.to);
  std::copy(fragment.payload.begin(), fragment.payload.end(), datagram.bytes.begin() + piece.from);
  return true;
}

bool Reassembly::complete(const Datagram& datagram) {
  std::uint32_t reached = 0;
  for (const Piece& piece : datagram.pieces) {
    if (piece.from != reached) return false;
    reached = piece.to;
  }
  return datagram.length != 0 && reached == datagram.length;
}

bool Reassembly::add(Time time, const IpPacket& fragment, IpPacket& whole) {
  const std::size_t at = find(time, fragment);
  Datagram& datagram = datagrams_[at];
  datagram.heard = time;
  if (!insert(datagram, fragment)) {
    drop(at);
    return false;
  }
  if (!complete(datagram)) return false;
  given_ = std::move(datagram.bytes);
  whole = datagram.first;
  whole.fragment = false;
  whole.fragments_follow = false;
  whole.fragment_offset = 0;
  whole.length = whole.header_length + static_cast<std::uint32_t>(given_.size());
  whole.payload = given_;
  datagrams_.erase(datagrams_.begin() + static_cast<std::ptrdiff_t>(at));
  return true;
}

}  // namespace anemone
