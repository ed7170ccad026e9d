# The two workloads in simmer.
#
# NOT RUN on the machine of these results, where simmer is not to be had: written from its documentation and its source.
# Where R and simmer (4.4 or later) are installed, `run.py` runs it, and its table of agreement says whether it is right.
#
#     Rscript simmer.R MODEL TABLE LOG RUNS
#
# TABLE and LOG are doubles; the table is laid out as in outside.py. Prints the CPU seconds of building the environment
# and running it (the median of RUNS runs); reading the table and the monitored times is not timed.

library(simmer)

GIVE_UP <- 24 * 3600
NEVER <- -1
PARTNERS <- c("police", "health", "education")
COLUMNS <- c(
  "time", "priority", "screening", "goes_on", "handoff", PARTNERS, "decision", "transfers", "transfer", "hold"
)

read_table <- function(path) {
  numbers <- readBin(path, "double", n = file.size(path) / 8)
  at <- 0
  function(count = 1) {
    at <<- at + count
    numbers[seq.int(at - count + 1, length.out = count)]
  }
}

read_columns <- function(following, count, names) {
  columns <- lapply(names, function(name) following(count))
  as.data.frame(setNames(columns, names), optional = TRUE)
}

# Trajectories -------------------------------------------------------------------------------------------------------

serve <- function(path, team, duration = team) {
  path %>% seize(team) %>% timeout_from_attribute(duration) %>% release(team)
}

# A clone of the contact asks one partner; the last to be answered tells the contact. A late answer tells nobody.
ask <- function(partner, is_last, all_back) {
  trajectory() %>%
    serve(partner) %>%
    branch(is_last, continue = FALSE, trajectory() %>% send(all_back))
}

decide <- function(env) {
  assess <- trajectory() %>% timeout_from_attribute("transfer") %>% serve("slots", "hold")
  trajectory() %>%
    serve("managers", "decision") %>%
    branch(function() get_attribute(env, "transfers"), continue = FALSE, assess)
}

# Without the untrap on both paths a signal that comes late would cut short whatever the contact does then.
check <- function(env, contacts) {
  replies <- integer(contacts)
  contact <- function() get_attribute(env, "contact")
  is_last <- function() {
    asked <- contact()
    replies[asked] <<- replies[asked] + 1L
    as.integer(replies[asked] == length(PARTNERS))
  }
  all_back <- function() paste("all back for", contact())
  gives_up <- trajectory() %>% untrap(all_back) %>% join(decide(env))
  waits <- trajectory() %>%
    trap(all_back) %>%
    renege_in(GIVE_UP, out = gives_up) %>%
    wait() %>%
    renege_abort() %>%
    untrap(all_back) %>%
    join(decide(env))
  requests <- lapply(PARTNERS, ask, is_last, all_back)
  trajectory() %>%
    timeout_from_attribute("handoff") %>%
    clone(n = 1 + length(PARTNERS), c(list(waits), requests))
}

# Workloads ----------------------------------------------------------------------------------------------------------

# A preemptive resource sets work down when its capacity falls to 0, and takes it up first when it rises. Slots are not
# preemptive: who holds one keeps it, and nobody is given one out of hours. Nobody preempts anybody by priority, since
# all are preemptible by none.
front_door <- function(following) {
  count <- following()
  people <- setNames(following(6), c("screening", PARTNERS, "managers", "slots"))
  windows <- following()
  opens <- following(windows)
  closes <- following(windows)
  table <- read_columns(following, count, COLUMNS)
  table$priority <- 2 - table$priority
  table$preemptible <- 2
  table$contact <- seq_len(count)

  run_once <- function() {
    env <- simmer("front door")
    for (team in names(people)) {
      capacity <- schedule(as.vector(rbind(opens, closes)), rep(c(people[[team]], 0), windows))
      env %>% add_resource(team, capacity, mon = FALSE, preemptive = team != "slots")
    }
    contact <- trajectory() %>%
      serve("screening") %>%
      branch(function() get_attribute(env, "goes_on"), continue = FALSE, check(env, count))
    env %>%
      add_dataframe("contact", contact, table, time = "absolute", col_preemptible = "preemptible") %>%
      run()
  }

  list(run = run_once, log = function(env) front_door_log(env, table))
}

# Who ends, ends as work or a slot is released.
front_door_log <- function(env, table) {
  released <- get_mon_arrivals(env, per_resource = TRUE)
  at <- function(team) {
    rows <- released[released$resource == team, ]
    times <- rep(NEVER, nrow(table))
    times[number_of(rows$name, "contact")] <- rows$end_time
    times
  }
  screened <- at("screening")
  decided <- at("managers")
  left <- at("slots")
  ended <- ifelse(left != NEVER, left, ifelse(decided != NEVER, decided, screened))
  c(screened, decided, ifelse(left != NEVER, left - table$hold, NEVER), ended)
}

tandem <- function(following) {
  count <- following()
  servers <- following(3)
  stages <- paste("stage", seq_along(servers))
  table <- read_columns(following, count, c("time", stages))

  run_once <- function() {
    env <- simmer("tandem")
    customer <- trajectory()
    for (stage in seq_along(stages)) {
      env %>% add_resource(stages[stage], servers[stage], mon = FALSE)
      customer <- customer %>% serve(stages[stage])
    }
    env %>%
      add_dataframe("customer", customer, table, time = "absolute") %>%
      run()
  }

  list(run = run_once, log = function(env) {
    arrivals <- get_mon_arrivals(env)
    times <- rep(NEVER, count)
    times[number_of(arrivals$name, "customer")] <- arrivals$end_time
    times
  })
}

# The row of an arrival in its table; simmer numbers them from 0.
number_of <- function(names, prefix) as.integer(substring(names, nchar(prefix) + 1)) + 1L

words <- commandArgs(trailingOnly = TRUE)
following <- read_table(words[2])
workload <- if (words[1] == "tandem") tandem(following) else front_door(following)
seconds <- numeric(words[4])
for (number in seq_along(seconds)) {
  began <- proc.time()
  env <- workload$run()
  seconds[number] <- sum((proc.time() - began)[c("user.self", "sys.self")])
}
writeBin(as.double(workload$log(env)), words[3])
cat(median(seconds), "\n")
