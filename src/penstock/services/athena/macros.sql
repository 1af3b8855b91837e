-- Functions of Trino's that DuckDB has not, or has otherwise. A statement ends at an empty line.

CREATE MACRO from_iso8601_timestamp(text) AS CAST(text AS TIMESTAMP WITH TIME ZONE);

CREATE MACRO from_iso8601_date(text) AS CAST(text AS DATE);

CREATE MACRO from_unixtime(seconds) AS make_timestamptz(CAST(round(CAST(seconds AS DOUBLE) * 1000000) AS BIGINT));

CREATE MACRO to_unixtime(moment) AS epoch(moment);

CREATE MACRO to_timestamp(text, pattern) AS CASE pattern
    WHEN 'yyyy-mm-dd hh24:mi:ss' THEN strptime(text, '%Y-%m-%d %H:%M:%S')
    WHEN 'yyyy-mm-dd' THEN strptime(text, '%Y-%m-%d')
    ELSE error('to_timestamp: use the format yyyy-mm-dd hh24:mi:ss') END;

CREATE MACRO date_add(unit, value, moment) AS moment + CASE lower(unit)
    WHEN 'millisecond' THEN to_milliseconds(value)
    WHEN 'second' THEN to_seconds(value)
    WHEN 'minute' THEN to_minutes(value)
    WHEN 'hour' THEN to_hours(value)
    WHEN 'day' THEN to_days(CAST(value AS INTEGER))
    WHEN 'week' THEN to_weeks(CAST(value AS INTEGER))
    WHEN 'month' THEN to_months(CAST(value AS INTEGER))
    WHEN 'year' THEN to_years(CAST(value AS INTEGER))
    ELSE error('date_add: no such unit') END;

CREATE MACRO approx_distinct(value) AS approx_count_distinct(value);

CREATE MACRO approx_percentile(value, share) AS approx_quantile(value, share);

CREATE MACRO regexp_like(text, pattern) AS regexp_matches(text, pattern);

CREATE MACRO json_extract_scalar(text, path) AS json_extract_string(text, path);

CREATE MACRO element_at(list, place) AS list_extract(list, place);

CREATE MACRO penstock_plain(sign, whole, part) AS CASE
    WHEN whole <> '0' THEN
        sign || whole[1] || '.' || coalesce(nullif(rtrim(whole[2:] || part, '0'), ''), '0') || 'E' || (length(whole) - 1)
    ELSE
        sign || ltrim(part, '0')[1] || '.' || coalesce(nullif(ltrim(part, '0')[2:], ''), '0')
        || 'E-' || (length(part) - length(ltrim(part, '0')) + 1) END;

CREATE MACRO penstock_scientific(text) AS CASE
    WHEN contains(text, 'e') THEN
        split_part(text, 'e', 1) || CASE WHEN contains(split_part(text, 'e', 1), '.') THEN '' ELSE '.0' END
        || 'E' || CAST(split_part(text, 'e', 2) AS INTEGER)
    ELSE penstock_plain(
        CASE WHEN starts_with(text, '-') THEN '-' ELSE '' END,
        ltrim(split_part(text, '.', 1), '-'),
        split_part(text, '.', 2)) END;

CREATE MACRO penstock_double(value) AS CASE
    WHEN isnan(value) THEN 'NaN'
    WHEN isinf(value) THEN CASE WHEN value > 0 THEN 'Infinity' ELSE '-Infinity' END
    WHEN value = 0 OR (abs(value) >= 1e-3 AND abs(value) < 1e7) THEN CAST(value AS VARCHAR)
    ELSE penstock_scientific(CAST(value AS VARCHAR)) END;
