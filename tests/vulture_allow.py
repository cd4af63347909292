"""Names that no code of ours reads, and why each has to be there. Vulture takes a name in this file for used."""

# ruff: noqa: B018 - the expressions are the list


class _Names:
    def __getattr__(self, name: str) -> object:
        return name


_ = _Names()

# Read by name: a key of the dealers' file that is needed before it is checked; days of the week, fields of templates
_.calling_profiles, _.monday, _.tuesday, _.wednesday, _.thursday, _.friday, _.saturday, _.sunday
_.sip_port, _.max_calls, _.max_load, _.fallback_voicemail, _.dealer_host, _.dealer_port, _.phones_host

# Read by a library: pydantic, httptools, Alembic, SQLAlchemy, pyst2
_.model_config, _._sock
_.on_body, _.on_message_complete
_.down_revision, _.branch_labels, _.depends_on
_.impl, _.cache_ok, _.inherit_cache, _.load_dialect_impl, _._on_postgresql, _._elsewhere
_.process_bind_param, _.process_result_value, _.isolation_level

# Members of closed lists that settings and the database name by their values
_.SALES, _.PARTS, _.WORKSHOP
_.APP_AMD
_.TYRES, _.SERVICE, _.MAILING, _.HAPPY_CALL, _.RECALL, _.LEGAL_DUTY

# Parameters and methods that a protocol prescribes
(
    _.traceback,
    _.trace,
    _.k,
    _.__contains__,
    _.connection_made,
    _.data_received,
    _.datagram_received,
    _.connection_lost,
    _.exc,
)

# Formulas that the metrics are tested against and the dashboards repeat
_.service_level, _.inbound_abandon_ratio, _.asa_seconds, _.aht_seconds, _.occupancy_ratio, _.utilisation_ratio

# Read by generated code, by a library, or only told to people
_.Rest, _.daemon, _.unreadable, _.round_trip_seconds, _.until
_.assumed, _.attempts_seen, _.talks_seen, _.wrap_ups_seen, _.callers_per_agent_hour, _.rung_seconds

# Columns of a benchmark's table
_.late_p50_ms, _.late_p99_ms

# The way to read the journal, for tests now and for reports
_.read_facts

# Known exactly, for checking the simulator
_.waits_longer, _.erlang_a, _.optimum, _.list_dialled_ratio, _.hours_needed, _.QueueDay, _.order
