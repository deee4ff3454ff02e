#include "history/routing_events.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "ospf/opaque.h"

namespace anemone {
namespace {

using Kind = TopologyChangeKind;

constexpr std::int32_t kOspfFirst = -0x7fff'ffff;  // InitialSequenceNumber (RFC 2328 12.1.6)
constexpr Duration kRestartTakes = 60s;            // from the first sign to the first adjacency
constexpr Time kEver = Time::min() + 2 * RoutingEvents::kBelongs;
constexpr std::uint16_t kOspf3RouterLsa = 0x2001;
constexpr std::uint16_t kOspf3GraceLsa = 0x000b;  // RFC 5187

bool is_first(const LsdbKey& key, const LsaInstance& instance) {
  return instance.sequence == (protocol_of(key.area.domain) == Protocol::kIsis ? 1 : kOspfFirst);
}

bool is_grace(const LsdbKey& key) {
  switch (protocol_of(key.area.domain)) {
    case Protocol::kOspf2:
      return key.type == static_cast<std::uint16_t>(ospf::LsaType::kOpaqueLink) &&
             ospf::opaque_type(Ipv4{static_cast<std::uint32_t>(key.id)}) == ospf::OpaqueType::kGrace;
    case Protocol::kOspf3:
      return key.type == kOspf3GraceLsa;
    case Protocol::kIsis:
      return false;
  }
  return false;
}

// Heard for the first time, but not made just now.
bool told_late(const LsaNews& lsa) {
  if (!lsa.first || !lsa.after) return false;
  if (!is_first(lsa.key, lsa.after->instance)) return true;
  if (protocol_of(lsa.key.area.domain) == Protocol::kIsis) return false;  // whose lifetimes begin anywhere
  return std::chrono::seconds(lsa.after->age_s(lsa.time)) > RoutingEvents::kBelongs;
}

bool concerns(const std::vector<RouterId>& routers, RouterId router) {
  return router.value == 0 || std::ranges::count(routers, router) > 0;
}

bool share(const std::vector<RouterId>& a, const std::vector<RouterId>& b) {
  return std::ranges::any_of(a, [&](RouterId router) { return std::ranges::count(b, router) > 0; });
}

bool is_strong(Kind kind) { return kind <= Kind::kName; }
bool is_about_router(const RoutingEvent& event) {
  return event.kind == print_change_kind(Kind::kRouterDown) ||
         event.kind == print_change_kind(Kind::kRouterUp);
}
bool is_about_prefix(const std::string& kind) { return kind.starts_with("prefix_"); }
bool is_external(const TopologyChange& change) {
  return change.text.find("(external") != std::string::npos || change.text.ends_with("external)");
}

std::string router_name(const Topology& topology, RouterId id) {
  const auto node = topology.find(print_address(id));
  return node ? topology.node(*node).name : print_address(id);
}

bool is_linked(const Topology& topology, RouterId id) {
  const auto node = topology.find(print_address(id));
  return node && topology.links_from(*node).size() > 0 && !topology.links_to(*node).empty();
}

void say_also(RoutingEvent& event, Consequence what) {
  if (event.also.size() < RoutingEvent::kAlsoMax) {
    event.also.push_back(std::move(what));
  } else {
    ++event.also_more;
  }
}

void attach(RoutingEvent& event, const std::shared_ptr<LsaNews>& lsa) {
  event.began = std::min(event.began, lsa->time);
  event.settled = std::max(event.settled, lsa->time);
  ++event.lsas;
  if (event.evidence.size() < RoutingEvent::kEvidenceMax) event.evidence.push_back(lsa);
}

}  // namespace

RouterId originator(const LsdbKey& key) { return key.router; }

bool is_router_lsa(const LsdbKey& key) {
  switch (protocol_of(key.area.domain)) {
    case Protocol::kOspf2:
      return key.type == static_cast<std::uint16_t>(ospf::LsaType::kRouter);
    case Protocol::kOspf3:
      return key.type == kOspf3RouterLsa;
    case Protocol::kIsis:
      return (key.id & 0xffff) == 0;  // neither a pseudonode's nor a further fragment
  }
  return false;
}

void RoutingEvents::before_install(const HeardLsa& heard, const StoredLsa* ours, const Topology* topology) {
  if (ours == nullptr || topology == nullptr || !is_router_lsa(heard.key)) return;
  const std::uint16_t left_s = ours->left_s(heard.time);
  if (left_s == LsaInstance::kForever || heard.instance.left_s == LsaInstance::kForever) return;
  if (heard.instance.sequence >= ours->instance.sequence || heard.instance.left_s <= left_s + 2) return;
  const RouterId router = originator(heard.key);
  auto [last, is_new] = restarted_.try_emplace(router, heard.time);
  const bool again = !is_new && heard.time - last->second < kBelongs;
  last->second = heard.time;
  if (again || !is_linked(*topology, router)) return;
  const auto grace = in_grace_.find(router);
  if (grace != in_grace_.end() && heard.time <= grace->second) {
    auto* told = recent(kEver, [&](const RoutingEvent& event) {
      return event.kind == kGracefulRestart && concerns(event.routers, router);
    });
    if (told != nullptr) {
      told->restarted = true;
      told->settled = heard.time;
      return;
    }
  }
  RoutingEvent event;
  event.time = event.began = event.settled = heard.time;
  event.kind = kRouterRestarted;
  event.subject = router_name(*topology, router);
  event.text = event.subject + " restarted: it had forgotten the number of its LSA";
  event.routers = {router};
  auto lsa = std::make_shared<LsaNews>();
  lsa->time = heard.time;
  lsa->key = heard.key;
  lsa->before = *ours;
  lsa->after = StoredLsa{heard.time, heard.instance, heard.vantage, heard.bytes};
  lsa->heard = {{heard.vantage, heard.time}};
  attach(event, lsa);
  held_.push_back(std::move(event));
}

void RoutingEvents::tell_by_themselves() {
  for (RoutingEvent& event : held_) add_event(std::move(event));
  held_.clear();
}

void RoutingEvents::news(LsaNews lsa) {
  auto shared = std::make_shared<LsaNews>(std::move(lsa));
  newest_[shared->key] = shared;
  burst_.push_back(std::move(shared));
}

void RoutingEvents::heard_again(const HeardLsa& heard) {
  const auto found = newest_.find(heard.key);
  if (found == newest_.end() || heard.described) return;
  LsaNews& lsa = *found->second;
  if (!lsa.after || lsa.after->instance.sequence != heard.instance.sequence ||
      lsa.after->instance.checksum != heard.instance.checksum) {
    return;
  }
  for (const auto& [vantage, time] : lsa.heard) {
    if (vantage == heard.vantage) return;
  }
  lsa.heard.emplace_back(heard.vantage, heard.time);
}

// What the changes are about, one after the other: what only was not known before; what happened; what
// followed from it or from something a moment ago; and, of the rest, prefixes.
void RoutingEvents::tell(Time time, const Topology* before, const Topology& after) {
  tell_by_themselves();
  note_grace(time, after);
  if (before == nullptr) return burst_.clear();
  index_burst();
  const std::size_t first_root = events_.size();
  std::vector<TopologyChange> learned;
  std::vector<TopologyChange> weak;
  for (TopologyChange& change : diff_topologies(*before, after)) {
    if (is_learned(change)) {
      learned.push_back(std::move(change));
    } else if (is_strong(change.kind) && !is_part(time, change)) {
      add_root(time, std::move(change));
    } else {
      weak.push_back(std::move(change));
    }
  }
  const auto followers = std::stable_partition(
      weak.begin(), weak.end(), [](const TopologyChange& change) { return !change.can_follow; });
  std::vector<TopologyChange> later(std::make_move_iterator(followers), std::make_move_iterator(weak.end()));
  weak.erase(followers, weak.end());
  add_weak_roots(time, follow(time, std::move(weak), first_root));
  add_weak_roots(time, follow(time, std::move(later), first_root));
  learn(time, learned);
  give_evidence(time, first_root);
}

void RoutingEvents::index_burst() {
  by_router_.clear();
  all_late_ = !burst_.empty();
  for (std::size_t i = 0; i < burst_.size(); ++i) {
    by_router_[originator(burst_[i]->key)].push_back(i);
    all_late_ &= told_late(*burst_[i]);
  }
}

template <class Visit>
void RoutingEvents::each_of(const std::vector<RouterId>& routers, Visit visit) const {
  std::set<RouterId> wanted(routers.begin(), routers.end());
  wanted.insert(RouterId{});
  for (const RouterId router : wanted) {
    const auto found = by_router_.find(router);
    if (found == by_router_.end()) continue;
    for (const std::size_t place : found->second) visit(burst_[place]);
  }
}

RoutingEvent& RoutingEvents::add_event(RoutingEvent event) { return events_.emplace_back(std::move(event)); }

// A virtual link follows what it leads through; a router that is up gets its links one after the other.
bool RoutingEvents::is_part(Time time, const TopologyChange& change) {
  if (change.can_follow) return true;
  return change.kind == Kind::kLinkUp && recent(time, [&](const RoutingEvent& event) {
                                           return event.kind == print_change_kind(Kind::kRouterUp) &&
                                                  share(event.routers, change.routers);
                                         }) != nullptr;
}

// The newest event that began no longer than kBelongs before `time`.
RoutingEvent* RoutingEvents::recent(Time time, const std::function<bool(const RoutingEvent&)>& wanted) {
  constexpr std::size_t kLookBack = 1000;
  std::size_t looked = 0;
  for (auto event = events_.rbegin(); event != events_.rend() && looked < kLookBack; ++event, ++looked) {
    if (event->time < time - kBelongs || event->folded || event->kind == kLearned) continue;
    if (wanted(*event)) return &*event;
  }
  return nullptr;
}

bool RoutingEvents::is_learned(const TopologyChange& change) const {
  bool any = false;
  bool all = true;
  const auto look = [&](const News& lsa) {
    any = true;
    all &= told_late(*lsa);
  };
  each_of(change.routers, look);
  if (any) return all;
  for (const News& lsa : loose_) {
    if (concerns(change.routers, originator(lsa->key))) look(lsa);
  }
  return any ? all : all_late_;
}

void RoutingEvents::learn(Time time, const std::vector<TopologyChange>& changes) {
  if (changes.empty()) return;
  if (!learned_ || learned_->event < forgotten_ ||
      events_[learned_->event - forgotten_].settled < time - kLearning) {
    learned_ = Learned{forgotten_ + events_.size()};
    RoutingEvent event;
    event.time = event.began = time;
    event.kind = kLearned;
    event.subject = kLearned;
    add_event(std::move(event));
  }
  for (const TopologyChange& change : changes) {
    learned_->routers += change.kind == Kind::kRouterUp ? 1 : 0;
    learned_->links += change.kind == Kind::kLinkUp ? 1 : 0;
    learned_->prefixes += change.kind == Kind::kPrefixUp ? 1 : 0;
  }
  for (const News& lsa : burst_) learned_->lsas += told_late(*lsa) ? 1 : 0;
  RoutingEvent& event = events_[learned_->event - forgotten_];
  event.settled = time;
  event.lsas = learned_->lsas;
  event.text = "got to know what had been there: " + std::to_string(learned_->routers) + " routers, " +
               std::to_string(learned_->links) + " links, " + std::to_string(learned_->prefixes) +
               " prefixes";
}

RoutingEvent* RoutingEvents::cause_of(Time time, const TopologyChange& change, std::size_t first_root) {
  const auto among_roots = [&](const auto& wanted) -> RoutingEvent* {
    for (std::size_t i = first_root; i < events_.size(); ++i) {
      if (wanted(events_[i])) return &events_[i];
    }
    return nullptr;
  };
  const std::string kind = print_change_kind(change.kind);
  const bool prefix = is_about_prefix(kind);
  const bool external = prefix && is_external(change);
  const auto shares = [&](const RoutingEvent& event) {
    if (change.kind == Kind::kLinkUp && !change.can_follow && !is_about_router(event)) return false;
    return (!external || is_about_router(event)) && !is_about_prefix(event.kind) &&
           share(event.routers, change.routers);
  };
  if (auto* root = among_roots(shares)) return root;
  if (prefix) {
    auto* same = recent(time, [&](const RoutingEvent& event) {
      return event.kind == kind && event.subject == change.subject && event.time != time;
    });
    if (same != nullptr) return same;
  }
  if (auto* earlier = recent(time, shares)) return earlier;
  if (!change.can_follow) return nullptr;
  if (auto* root = among_roots([](const RoutingEvent&) { return true; })) return root;
  return recent(time, [](const RoutingEvent&) { return true; });
}

// Gives each change to the event that it followed from; returns those without one.
std::vector<TopologyChange> RoutingEvents::follow(Time time, std::vector<TopologyChange> weak,
                                                  std::size_t first_root) {
  std::vector<TopologyChange> rest;
  for (TopologyChange& change : weak) {
    RoutingEvent* cause = cause_of(time, change, first_root);
    if (cause == nullptr) {
      rest.push_back(std::move(change));
      continue;
    }
    cause->settled = std::max(cause->settled, time);
    say_also(*cause, {print_change_kind(change.kind), std::move(change.text)});
  }
  return rest;
}

void RoutingEvents::add_root(Time time, TopologyChange change) {
  RoutingEvent event;
  event.time = event.began = event.settled = time;
  event.kind = print_change_kind(change.kind);
  event.text = std::move(change.text);
  event.links = std::move(change.links);
  event.subject = std::move(change.subject);
  event.routers = std::move(change.routers);
  if (change.kind == Kind::kRouterUp) note_restart(event);
  if (change.kind == Kind::kRouterDown || change.kind == Kind::kLinkUp) fold_beginnings(event);
  add_event(std::move(event));
}

void RoutingEvents::add_weak_roots(Time time, std::vector<TopologyChange> changes) {
  std::vector<TopologyChange> prefixes;
  for (TopologyChange& change : changes) {
    if (is_about_prefix(print_change_kind(change.kind))) {
      prefixes.push_back(std::move(change));
    } else {
      add_root(time, std::move(change));
    }
  }
  add_prefix_roots(time, std::move(prefixes));
}

// Several prefixes of the same routers that come or go together are one event.
void RoutingEvents::add_prefix_roots(Time time, std::vector<TopologyChange> changes) {
  std::map<std::pair<Kind, std::vector<RouterId>>, std::vector<TopologyChange>> groups;
  for (TopologyChange& change : changes) {
    std::sort(change.routers.begin(), change.routers.end());
    groups[{change.kind, change.routers}].push_back(std::move(change));
  }
  for (auto& [key, group] : groups) {
    const std::size_t more = group.size() - 1;
    std::vector<Consequence> also;
    for (std::size_t i = 1; i < group.size(); ++i)
      also.push_back({print_change_kind(group[i].kind), group[i].text});
    add_root(time, std::move(group[0]));
    RoutingEvent& event = events_.back();
    if (more > 0) event.text += ", and " + std::to_string(more) + (more == 1 ? " other" : " others");
    for (Consequence& one : also) say_also(event, std::move(one));
  }
}

// The LSAs of the burst go to the events of the routers they come from; those of others to what they
// followed from.
void RoutingEvents::give_evidence(Time time, std::size_t first_root) {
  std::set<const LsaNews*> given;
  for (std::size_t i = first_root; i < events_.size(); ++i) {
    if (events_[i].kind == kLearned) continue;
    each_of(events_[i].routers, [&](const News& lsa) {
      attach(events_[i], lsa);
      given.insert(lsa.get());
    });
    take_loose(events_[i]);
  }
  for (const News& lsa : burst_) {
    if (given.contains(lsa.get()) || told_late(*lsa)) continue;
    RoutingEvent* cause = recent(time, [&](const RoutingEvent& event) {
      return concerns(event.routers, originator(lsa->key)) || event.time == time;
    });
    if (cause == nullptr && !is_router_lsa(lsa->key))
      cause = recent(time, [](const RoutingEvent&) { return true; });
    if (cause != nullptr) {
      attach(*cause, lsa);
    } else {
      loose_.push_back(lsa);
    }
  }
  while (!loose_.empty() && loose_.front()->time < time - kBelongs) loose_.pop_front();
  burst_.clear();
}

void RoutingEvents::take_loose(RoutingEvent& event) {
  std::erase_if(loose_, [&](const News& lsa) {
    if (lsa->time < event.time - kBelongs || !concerns(event.routers, originator(lsa->key))) return false;
    attach(event, lsa);
    return true;
  });
}

// A router that comes up has restarted when its numbers began again while it was away.
void RoutingEvents::note_restart(RoutingEvent& up) {
  const auto sign = restarted_.find(up.routers[0]);
  bool restarted = sign != restarted_.end() && up.time - sign->second < kRestartTakes;
  for (const News& lsa : burst_) {
    const bool its_own = is_router_lsa(lsa->key) && originator(lsa->key) == up.routers[0];
    if (its_own && lsa->before && lsa->after && is_first(lsa->key, lsa->after->instance)) restarted = true;
  }
  if (!restarted) return;
  up.restarted = true;
  up.text += ", restarted";
  RoutingEvent* told = recent(up.time, [&](const RoutingEvent& event) {
    return event.kind == kRouterRestarted && event.routers == up.routers;
  });
  if (told == nullptr) return;
  told->folded = true;
  up.began = std::min(up.began, told->began);
  up.evidence = told->evidence;
  up.lsas = told->lsas;
}

// What was told a moment ago and was only the beginning: its neighbours lose a dead router one after the
// other; the network of a link is there again before the link is.
void RoutingEvents::fold_beginnings(RoutingEvent& event) {
  const bool router_down = event.kind == print_change_kind(Kind::kRouterDown);
  const std::string wanted = print_change_kind(router_down ? Kind::kLinkDown : Kind::kPrefixUp);
  const auto is_beginning = [&](const RoutingEvent& told) {
    if (told.kind != wanted) return false;
    if (router_down) return share(told.routers, event.routers);
    return std::ranges::all_of(
        told.routers, [&](RouterId router) { return std::ranges::count(event.routers, router) > 0; });
  };
  while (RoutingEvent* told = recent(event.time, is_beginning)) {
    told->folded = true;
    event.began = std::min(event.began, told->began);
    event.lsas += told->lsas;
    event.evidence.insert(event.evidence.begin(), told->evidence.begin(), told->evidence.end());
    event.links.insert(event.links.end(), told->links.begin(), told->links.end());
    say_also(event, {told->kind, told->text});
    for (Consequence& also : told->also) say_also(event, std::move(also));
  }
  if (event.evidence.size() > RoutingEvent::kEvidenceMax) event.evidence.resize(RoutingEvent::kEvidenceMax);
}

// A grace LSA is no part of the topology: it is told by itself.
void RoutingEvents::note_grace(Time time, const Topology& topology) {
  for (const News& lsa : burst_) {
    if (!is_grace(lsa->key) || !lsa->after) continue;
    const RouterId router = originator(lsa->key);
    if (lsa->after->instance.flushed()) {
      in_grace_.erase(router);
      RoutingEvent* told = recent(kEver, [&](const RoutingEvent& event) {
        return event.kind == kGracefulRestart && concerns(event.routers, router);
      });
      if (told != nullptr) attach(*told, lsa);
      continue;
    }
    if (in_grace_.contains(router) && in_grace_.at(router) >= time) continue;  // of another of its links
    RoutingEvent event;
    event.time = event.began = event.settled = time;
    event.kind = kGracefulRestart;
    event.subject = router_name(topology, router);
    event.text = event.subject + " restarts gracefully";
    event.routers = {router};
    std::uint32_t period_s = 120;
    if (protocol_of(lsa->key.area.domain) == Protocol::kOspf2) {
      if (const auto grace = ospf::read_grace(lsa->after->body())) {
        period_s = grace->period_s;
        event.text += std::string(" (") + ospf::print_grace_reason(grace->reason) + ", within " +
                      std::to_string(grace->period_s) + " s)";
      }
    }
    in_grace_[router] = time + std::chrono::seconds(period_s);
    attach(event, lsa);
    add_event(std::move(event));
  }
}

void RoutingEvents::forget_before(Time time) {
  while (!events_.empty() && events_.front().settled < time) {
    events_.pop_front();
    ++forgotten_;
  }
  if (learned_ && learned_->event < forgotten_) learned_.reset();
  std::erase_if(newest_, [&](const auto& entry) { return entry.second.use_count() == 1; });
  std::erase_if(restarted_, [&](const auto& entry) { return entry.second < time; });
  std::erase_if(in_grace_, [&](const auto& entry) { return entry.second < time; });
}

}  // namespace anemone
