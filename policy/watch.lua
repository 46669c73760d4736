-- What admit.c does to begin and end a watch.
-- rarely

local function stop_watching(r)
	r.watched_until = false
	r.changed = true
	contacts_clear(r)
end

local function watch_is_over(r)
	if not r.watched_until or r.now < r.watched_until then
		return false
	end
	stop_watching(r)
	return true
end

local function start_watching(r, limits, since, untl)
	r.watched_since, r.watched_until = since, untl
	r.changed = true
	if limits.blocks_all then
		contacts_clear(r)
	end
end
