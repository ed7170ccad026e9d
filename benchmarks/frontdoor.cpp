// The two workloads as an event loop written by hand: what one core can do at best with one run.
//
//     frontdoor MODEL TABLE LOG RUNS
//
// TABLE and LOG are int64 numbers; the table is laid out as in outside.py, the log as in peer_cpp.py. Prints the median
// and least CPU seconds of RUNS runs, and the number of events. Timed: the calendar of events, the queues, and a log in
// memory of when all waits and work begin and end. Not timed: reading the table and writing the log to a file.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <limits>
#include <string>
#include <vector>

using Seconds = std::int64_t;
using Packed = std::uint64_t;

constexpr Seconds NEVER = -1, AFTER_ALL = std::numeric_limits<Seconds>::max() / 2;
constexpr int CONTACT_BITS = 28, KIND_BITS = 4, TIME_SHIFT = CONTACT_BITS + KIND_BITS;
constexpr Packed LAST = std::numeric_limits<Packed>::max();

// An event is its time, kind and contact in one integer, so that one comparison puts events in order.
Packed event(Seconds when, int kind, std::uint32_t contact) {
    return Packed(when) << TIME_SHIFT | Packed(kind) << CONTACT_BITS | contact;
}
Seconds time_of(Packed event) { return Seconds(event >> TIME_SHIFT); }
int kind_of(Packed event) { return int(event >> CONTACT_BITS & ((1u << KIND_BITS) - 1)); }
std::uint32_t contact_of(Packed packed) { return std::uint32_t(packed & ((1u << CONTACT_BITS) - 1)); }

// A binary heap that is never empty: the last event never comes.
class Calendar {
   public:
    Packed first() const { return heap.front(); }
    void add(Packed event) {
        heap.push_back(event);
        std::push_heap(heap.begin(), heap.end(), std::greater<>());
    }
    void drop_first() {
        std::pop_heap(heap.begin(), heap.end(), std::greater<>());
        heap.pop_back();
    }

   private:
    std::vector<Packed> heap{LAST};
};

// Contacts in order of joining, and of key where they join at the same second.
class Queue {
   public:
    bool empty() const { return head == places.size(); }
    void join(Seconds now, std::uint32_t contact) {
        const Packed place = Packed(now) << CONTACT_BITS | contact;
        if (empty()) {
            places.clear();
            head = 0;
        }
        places.push_back(place);
        for (auto last = places.size() - 1; last > head && places[last - 1] > place; --last)
            std::swap(places[last - 1], places[last]);
    }
    std::uint32_t leave() { return contact_of(places[head++]); }

   private:
    std::vector<Packed> places;
    std::size_t head = 0;
};

// Phase one applies everything that is due at a second; phase two lets people start work; and so on.
template <class Model>
long run(Model& model) {
    long events = 0;
    for (Packed next = model.next(); next != LAST;) {
        const Seconds now = time_of(next);
        model.apply(now, next);
        ++events;
        next = model.next();
        if (time_of(next) != now) {
            model.dispatch(now);
            next = model.next();
        }
    }
    return events;
}

class Reader {
   public:
    explicit Reader(const char* path) {
        std::FILE* file = std::fopen(path, "rb");
        if (!file) std::exit(2);
        std::fseek(file, 0, SEEK_END);
        numbers.resize(std::size_t(std::ftell(file)) / sizeof(Seconds));
        std::rewind(file);
        if (std::fread(numbers.data(), sizeof(Seconds), numbers.size(), file) != numbers.size()) std::exit(2);
        std::fclose(file);
    }
    Seconds number() { return numbers[at++]; }
    std::vector<Seconds> column(std::size_t length) {
        at += length;
        return {numbers.begin() + std::ptrdiff_t(at - length), numbers.begin() + std::ptrdiff_t(at)};
    }

   private:
    std::vector<Seconds> numbers;
    std::size_t at = 0;
};

std::vector<Packed> arrivals_of(const std::vector<Seconds>& received, int kind) {
    std::vector<Packed> arrivals;
    for (std::uint32_t contact = 0; contact < received.size(); ++contact)
        arrivals.push_back(event(received[contact], kind, contact));
    arrivals.push_back(LAST);
    return arrivals;
}

// The table of durations and routes of a contact.
struct Contact {
    Seconds screening, handoff, decision, transfer, hold;
    std::array<Seconds, 3> replies;
    int priority;
    bool goes_on, transfers;
};

// Opening hours, and where time stands in them.
class Office {
   public:
    Office(const std::vector<Seconds>& openings, const std::vector<Seconds>& closings)
        : opens(openings), closes(closings) {}
    bool is_open(Seconds now) {
        while (opens[window + 1] <= now) ++window;
        return now < closes[window];
    }
    Seconds next_opening() const { return opens[window + 1]; }
    // When work ends that starts now, in opening hours, and pauses at closing time.
    Seconds finish(Seconds start, Seconds touch) const {
        auto at = window;
        for (; start + touch > closes[at]; start = opens[++at]) touch -= closes[at] - start;
        return start + touch;
    }

   private:
    const std::vector<Seconds>& opens;
    const std::vector<Seconds>& closes;
    std::size_t window = 0;
};

class FrontDoor {
   public:
    struct Table {
        std::array<int, 6> people;
        std::vector<Seconds> opens{NEVER}, closes{NEVER};
        std::vector<Packed> arrivals;
        std::vector<Contact> contacts;
        explicit Table(Reader reader);
    };
    struct Entry {
        Seconds starts[6], ends[6], asked = NEVER, answered = NEVER, passed_on = NEVER, ended = NEVER;
        Entry() {
            std::fill_n(starts, 6, NEVER);
            std::fill_n(ends, 6, NEVER);
        }
    };

    explicit FrontDoor(const Table& table)
        : log(table.contacts.size()),
          contacts(table.contacts),
          office(table.opens, table.closes),
          arrival(table.arrivals.data()),
          replies(table.contacts.size()) {
        for (int team = 0; team < TEAMS; ++team) teams[team].idle = table.people[std::size_t(team)];
        time_outs.reserve(contacts.size() + 1);
        time_outs.push_back(LAST);
    }

    Packed next() const {
        return std::min(std::min(calendar.first(), held.first()), std::min(*arrival, time_outs[timed_out]));
    }

    void apply(Seconds now, Packed event) {
        const auto contact = contact_of(event);
        const int kind = kind_of(event);
        switch (kind) {
            case ARRIVES:
                ++arrival;
                return join(SCREENING, contact, now);
            case TIME_OUT:
                ++timed_out;
                return go_on(contact, now);
            case SLOTS:
                held.drop_first();
                return leave(contact, now);
        }
        calendar.drop_first();
        switch (kind) {
            case SCREENING:
                return screened(contact, now);
            case ASKS:
                return ask(contact, now);
            case MANAGERS:
                return decided(contact, now);
            case PASSED_ON:
                return pass_on(contact, now);
            case OPENS:
                woken = false;
                return;
            default:
                return replied(kind, contact, now);
        }
    }

    // Who is touched out of hours is looked at when the office opens.
    void dispatch(Seconds now) {
        if (!touched) return;
        if (office.is_open(now)) {
            for (int team = 0; team < TEAMS; ++team)
                if (touched >> team & 1) start_all(team, now);
            touched = 0;
        } else if (!woken) {
            woken = true;
            calendar.add(event(office.next_opening(), OPENS, 0));
        }
    }

    std::vector<Entry> log;

   private:
    static constexpr int PARTNERS = 3, PRIORITIES = 3;
    static constexpr Seconds GIVE_UP = 24 * 3600;
    // Work of a team ends by an event whose kind is the team's number; the other kinds come after.
    enum Team { SCREENING, FIRST_PARTNER, MANAGERS = FIRST_PARTNER + PARTNERS, SLOTS, TEAMS };
    enum Kind { ARRIVES = TEAMS, ASKS, TIME_OUT, PASSED_ON, OPENS };

    struct People {
        int idle = 0;
        std::array<Queue, PRIORITIES> queues;
    };

    void join(int team, std::uint32_t contact, Seconds now) {
        teams[team].queues[std::size_t(contacts[contact].priority)].join(now, contact);
        touched |= 1u << team;
    }

    void stop(int team, std::uint32_t contact, Seconds now) {
        ++teams[team].idle;
        touched |= 1u << team;
        log[contact].ends[team] = now;
    }

    void screened(std::uint32_t contact, Seconds now) {
        stop(SCREENING, contact, now);
        if (contacts[contact].goes_on)
            calendar.add(event(now + contacts[contact].handoff, ASKS, contact));
        else
            log[contact].ended = now;
    }

    void ask(std::uint32_t contact, Seconds now) {
        log[contact].asked = now;
        for (int partner = FIRST_PARTNER; partner < FIRST_PARTNER + PARTNERS; ++partner) join(partner, contact, now);
        time_outs.back() = event(now + GIVE_UP, TIME_OUT, contact);
        time_outs.push_back(LAST);
    }

    void replied(int partner, std::uint32_t contact, Seconds now) {
        stop(partner, contact, now);
        if (++replies[contact] == PARTNERS) go_on(contact, now);
    }

    void go_on(std::uint32_t contact, Seconds now) {
        if (log[contact].answered != NEVER) return;
        log[contact].answered = now;
        join(MANAGERS, contact, now);
    }

    void decided(std::uint32_t contact, Seconds now) {
        stop(MANAGERS, contact, now);
        if (contacts[contact].transfers)
            calendar.add(event(now + contacts[contact].transfer, PASSED_ON, contact));
        else
            log[contact].ended = now;
    }

    void pass_on(std::uint32_t contact, Seconds now) {
        log[contact].passed_on = now;
        join(SLOTS, contact, now);
    }

    void leave(std::uint32_t contact, Seconds now) {
        stop(SLOTS, contact, now);
        log[contact].ended = now;
    }

    void start_all(int team, Seconds now) {
        auto& people = teams[team];
        for (auto& queue : people.queues)
            for (; people.idle && !queue.empty(); --people.idle) start(team, queue.leave(), now);
    }

    void start(int team, std::uint32_t contact, Seconds now) {
        const auto& table = contacts[contact];
        log[contact].starts[team] = now;
        if (team == SLOTS)
            held.add(event(now + table.hold, SLOTS, contact));
        else
            calendar.add(event(office.finish(now, touch(team, table)), team, contact));
    }

    static Seconds touch(int team, const Contact& table) {
        if (team == SCREENING) return table.screening;
        if (team == MANAGERS) return table.decision;
        return table.replies[std::size_t(team - FIRST_PARTNER)];
    }

    const std::vector<Contact>& contacts;
    Office office;
    const Packed* arrival;
    std::vector<std::uint8_t> replies;
    std::array<People, TEAMS> teams;
    Calendar calendar, held;
    std::vector<Packed> time_outs;
    std::size_t timed_out = 0;
    unsigned touched = 0;
    bool woken = false;
};

FrontDoor::Table::Table(Reader reader) {
    const auto count = std::size_t(reader.number());
    for (auto& number : people) number = int(reader.number());
    const auto windows = std::size_t(reader.number());
    for (auto second : reader.column(windows)) opens.push_back(second);
    for (auto second : reader.column(windows)) closes.push_back(second);
    opens.push_back(AFTER_ALL);
    closes.push_back(AFTER_ALL);
    arrivals = arrivals_of(reader.column(count), ARRIVES);
    contacts.resize(count);
    for (auto& contact : contacts) contact.priority = int(reader.number());
    for (auto& contact : contacts) contact.screening = reader.number();
    for (auto& contact : contacts) contact.goes_on = reader.number();
    for (auto& contact : contacts) contact.handoff = reader.number();
    for (std::size_t partner = 0; partner < PARTNERS; ++partner)
        for (auto& contact : contacts) contact.replies[partner] = reader.number();
    for (auto& contact : contacts) contact.decision = reader.number();
    for (auto& contact : contacts) contact.transfers = reader.number();
    for (auto& contact : contacts) contact.transfer = reader.number();
    for (auto& contact : contacts) contact.hold = reader.number();
}

class Tandem {
   public:
    static constexpr int STAGES = 3;
    struct Table {
        std::array<int, STAGES> servers;
        std::vector<Packed> arrivals;
        std::vector<std::array<Seconds, STAGES>> services;
        explicit Table(Reader reader);
    };
    struct Entry {
        std::array<Seconds, STAGES> starts, ends;
        Entry() {
            starts.fill(NEVER);
            ends.fill(NEVER);
        }
    };

    explicit Tandem(const Table& table)
        : log(table.services.size()), services(table.services), arrival(table.arrivals.data()), idle(table.servers) {}

    Packed next() const { return std::min(calendar.first(), *arrival); }

    void apply(Seconds now, Packed event) {
        const auto customer = contact_of(event);
        const int stage = kind_of(event);
        if (stage == ARRIVES) {
            ++arrival;
            return join(0, customer, now);
        }
        calendar.drop_first();
        log[customer].ends[std::size_t(stage)] = now;
        ++idle[std::size_t(stage)];
        touched |= 1u << stage;
        if (stage + 1 < STAGES) join(stage + 1, customer, now);
    }

    void dispatch(Seconds now) {
        for (std::size_t stage = 0; stage < STAGES; ++stage)
            if (touched >> stage & 1)
                for (; idle[stage] && !queues[stage].empty(); --idle[stage]) start(stage, queues[stage].leave(), now);
        touched = 0;
    }

    std::vector<Entry> log;

   private:
    static constexpr int ARRIVES = STAGES;

    void join(int stage, std::uint32_t customer, Seconds now) {
        queues[std::size_t(stage)].join(now, customer);
        touched |= 1u << stage;
    }

    void start(std::size_t stage, std::uint32_t customer, Seconds now) {
        log[customer].starts[stage] = now;
        calendar.add(event(now + services[customer][stage], int(stage), customer));
    }

    const std::vector<std::array<Seconds, STAGES>>& services;
    const Packed* arrival;
    std::array<int, STAGES> idle;
    std::array<Queue, STAGES> queues;
    Calendar calendar;
    unsigned touched = 0;
};

Tandem::Table::Table(Reader reader) {
    const auto count = std::size_t(reader.number());
    for (auto& number : servers) number = int(reader.number());
    arrivals = arrivals_of(reader.column(count), ARRIVES);
    services.resize(count);
    for (std::size_t stage = 0; stage < STAGES; ++stage)
        for (auto& times : services) times[stage] = reader.number();
}

template <class Entry>
void write(const char* path, const std::vector<Entry>& log) {
    std::FILE* file = std::fopen(path, "wb");
    if (!file || std::fwrite(log.data(), sizeof(Entry), log.size(), file) != log.size() || std::fclose(file))
        std::exit(2);
}

template <class Model>
void measure(const char* table_path, const char* log_path, int runs) {
    const typename Model::Table table{Reader(table_path)};
    std::vector<double> seconds;
    long events = 0;
    for (int number = 0; number < runs; ++number) {
        const std::clock_t began = std::clock();
        Model model(table);
        events = run(model);
        seconds.push_back(double(std::clock() - began) / CLOCKS_PER_SEC);
        if (number + 1 == runs) write(log_path, model.log);
    }
    std::sort(seconds.begin(), seconds.end());
    std::printf("%.6f %.6f %ld\n", seconds[seconds.size() / 2], seconds.front(), events);
}

int main(int count, char** words) {
    if (count != 5) return 1;
    const bool tandem = std::string(words[1]) == "tandem";
    (tandem ? measure<Tandem> : measure<FrontDoor>)(words[2], words[3], std::atoi(words[4]));
}
