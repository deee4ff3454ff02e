#include "lsdb/isis_listener.h"

namespace anemone {

using isis::Pdu;
using isis::PduType;
using isis::Refusal;

namespace {

AreaId area_of_level(int level) { return {level == 1 ? 1U : 0U, kIsisDomain}; }

}  // namespace

void IsisCounts::add(const IsisCounts& other) {
  pdus += other.pdus;
  lsps += other.lsps;
  for (std::size_t i = 0; i < by_type.size(); ++i) by_type[i] += other.by_type[i];
  for (std::size_t i = 0; i < authentication.size(); ++i) authentication[i] += other.authentication[i];
  for (const auto& [type, count] : other.tlvs) tlvs[type] += count;
  for (std::size_t i = 0; i < refused.of.size(); ++i) refused.of[i] += other.refused.of[i];
}

IsisListener::IsisListener(const std::string& vantage, LsaLog& log)
    : log_(log), vantage_(log.vantage(vantage)) {}

void IsisListener::on_pdu(Time time, Bytes bytes) {
  ++counts_.pdus;
  if (const Refusal why = take(time, bytes); why != Refusal::kNone) counts_.refused.add(why);
}

Refusal IsisListener::take(Time time, Bytes bytes) {
  Pdu pdu;
  if (const Refusal why = isis::read_pdu(bytes, pdu); why != Refusal::kNone) return why;
  ++counts_.by_type[static_cast<std::size_t>(pdu.type)];
  isis::each_tlv(pdu.tlvs, [&](const isis::Tlv& tlv) { ++counts_.tlvs[tlv.type]; });
  if (!isis::tlv_bodies_ok(pdu.tlvs)) return Refusal::kBadTlvBody;
  ++counts_.authentication[static_cast<std::size_t>(isis::authentication_of(pdu.tlvs))];
  if (isis::instance_of(pdu.tlvs) != 0) return Refusal::kOtherInstance;
  switch (pdu.type) {
    case PduType::kLsp1:
    case PduType::kLsp2:
      return take_lsp(time, pdu);
    case PduType::kCsnp1:
    case PduType::kCsnp2:
    case PduType::kPsnp1:
    case PduType::kPsnp2:
      take_entries(time, pdu);
      return Refusal::kNone;
    default:
      return Refusal::kNone;
  }
}

Refusal IsisListener::take_lsp(Time time, const Pdu& pdu) {
  auto heard = heard_lsa(time, vantage_, area_of_level(isis::level_of(pdu.type)), pdu.whole);
  if (!heard) return Refusal::kBadChecksum;  // all else has been judged
  ++counts_.lsps;
  is_news(heard->key, {static_cast<std::uint32_t>(heard->instance.sequence), heard->instance.checksum,
                       heard->instance.flushed()});
  log_.entries.push_back(std::move(*heard));
  return Refusal::kNone;
}

// A request lists what it wants with the sequence number 0: nobody claims that there is such an instance.
void IsisListener::take_entries(Time time, const Pdu& pdu) {
  isis::each_lsp_entry(pdu.tlvs, [&](const isis::LspEntry& entry) {
    if (entry.sequence == 0) return;
    const LsdbKey key{false, area_of_level(isis::level_of(pdu.type)), 0, entry.id.value, {}};
    if (!is_news(key, {entry.sequence, entry.checksum, entry.lifetime_s == 0})) return;
    log_.entries.push_back(
        {time, vantage_, true, key, isis_instance(entry.sequence, entry.checksum, entry.lifetime_s), {}});
  });
}

bool IsisListener::is_news(const LsdbKey& key, const Met& met) {
  auto& known = met_[key.area.value == 0 ? 0 : 1];
  if (known.size() >= kMetMax) known.clear();
  auto [at, is_new] = known.try_emplace(key.id, met);
  if (!is_new && at->second == met) return false;
  at->second = met;
  return true;
}

}  // namespace anemone
