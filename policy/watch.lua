-- What admit.c does to begin and end a watch.
local function is_watched(r, limits)
	return r and r.watched_until and limits.distinct > 0
end

local function stop_watching(r)
	r.watched_until = nil
	r.changed = true
	drop(r, 'w', 'W')
	contacts_clear(r)
end

local function watch_is_over(r)
	if not r.watched_until or r.now < r.watched_until then
		return false
	end
	stop_watching(r)
	return true
end

local function start_watching(r, limits)
	r.watched_since = r.now
	r.watched_until = r.now + limits.watch_hold
	r.changed = true
	put_time(r, 'w', r.watched_since)
	put_time(r, 'W', r.watched_until)
	if limits.blocks_all then
		contacts_clear(r)
	end
end
