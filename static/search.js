/* The search of an archive, from static shards loaded by script tags: the same on a web host and
   from a disk. docs/search-format.md describes the shards; site_gen/search/reader.py is this
   file's twin and gives the same answers. */
(() => {
  'use strict'
  const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const VALUE = new Uint8Array(128)
  for (let i = 0; i < 64; i++) VALUE[LETTERS.charCodeAt(i)] = i

  // ---- words: as site_gen/search/words.py --------------------------------------------------
  const SAME = {
    ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ı: 'i', ς: 'σ',
    ى: 'ي', ی: 'ي', ې: 'ي', ک: 'ك', ة: 'ه', ە: 'ه', ہ: 'ه', ۀ: 'ه', ٱ: 'ا', ـ: '', '\u200c': '', '\u200d': ''
  }
  for (const zero of [0x660, 0x6f0, 0x966]) for (let i = 0; i < 10; i++) SAME[String.fromCharCode(zero + i)] = '' + i
  const MARKS = /[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0670\u06d6-\u06ed]/g
  const WORD = /[\p{L}\p{N}\u0900-\u0963\u0966-\u0dff\u200c\u200d]+/gu
  const PAIRED = '\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff'
  const RUNS = new RegExp(`[${PAIRED}]+|[^${PAIRED}]+`, 'g')
  const IS_PAIRED = new RegExp(`[${PAIRED}]`)

  const fold = word => [...word.normalize('NFKD').replace(MARKS, '')].map(c => SAME[c] ?? c).join('').toLowerCase().normalize('NFC').slice(0, 40)
  const split = text => (text.toLowerCase().match(WORD) || []).flatMap(parts)
  const parts = word => (word.match(RUNS) || []).flatMap(run => {
    if (!IS_PAIRED.test(run) || run.length < 2) return [run]
    return Array.from({ length: run.length - 1 }, (_, i) => run.slice(i, i + 2))
  })

  // ---- shards ------------------------------------------------------------------------------
  const script = document.currentScript
  const base = new URL(script.dataset.search, location.href)
  const arrived = {}
  const shards = {}
  const load = (name, file) => (shards[name] ??= new Promise((resolve, reject) => {
    const tag = document.createElement('script')
    tag.src = new URL(file, base)
    tag.onload = () => (name in arrived ? resolve(arrived[name]) : tag.onerror())
    tag.onerror = () => { delete shards[name]; reject(new Error('A part of the search index did not arrive.')) }
    document.head.append(tag)
    tag.addEventListener('load', () => tag.remove())
  }))
  let root
  const open = () => load('root', base.pathname.split('/').pop()).then(([data]) => (root ??= prepared(data)))
  const prepared = data => {
    const sizes = numbers(data.groups)
    const first = []
    const shard = []
    let n = 0
    let d = 0
    for (const size of sizes) {
      first.push(n)
      shard.push(d)
      n += size
      d += Math.ceil(size / data.perShard)
    }
    return { ...data, sizes, first, shard, words: decoded(data.words), stems: decoded(data.stems) }
  }
  const part = (kind, i) => load(kind + i, `${kind}${i}-${root[kind].slice(4 * i, 4 * i + 4)}.js`)

  const numbers = text => {
    const r = reader(text)
    const all = []
    while (r.at < text.length) all.push(r.number())
    return all
  }
  const reader = text => ({
    at: 0,
    number() {
      let value = 0
      let factor = 1
      for (;;) {
        const digit = VALUE[text.charCodeAt(this.at++)]
        value += (digit & 31) * factor
        if (digit < 32) return value
        factor *= 32
      }
    },
    letter() { return VALUE[text.charCodeAt(this.at++)] }
  })
  const decoded = text => {
    let last = ''
    return text ? text.split(' ').map(w => (last = last.slice(0, VALUE[w.charCodeAt(0)]) + w.slice(1))) : []
  }
  /* The index of the last word that is not behind `word`: the shard that would hold it. */
  const behind = (words, word) => {
    let low = 0
    let high = words.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (words[middle] <= word) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  // ---- queries: as site_gen/search/query.py ------------------------------------------------
  const PART = /(-?)(?:(author|place|topic|year|date|lang):)?(?:"([^"]*)"|(\S+))/g
  const parse = text => {
    const query = { words: [], phrases: [], without: [], filters: [] }
    for (const [, minus, field, quoted, bare] of text.matchAll(PART)) {
      const value = quoted ?? bare
      const words = split(value).map(fold).filter(Boolean)
      if (field) query.filters.push({ field, value, without: !!minus })
      else if (minus && words.length) query.without.push(words)
      else if (quoted !== undefined && words.length > 1) query.phrases.push(words)
      else if (bare && words.length && bare.endsWith('*')) {
        query.words.push(...words.slice(0, -1).map(word => ({ word })), { word: words.at(-1), prefix: true })
      } else query.words.push(...words.map(word => ({ word })))
    }
    return query
  }

  // ---- the dictionary ----------------------------------------------------------------------
  const BY_COUNT = (a, b) => b.count - a.count || (a.form < b.form ? -1 : 1)
  const seen = []
  const entries = i => part('w', i).then(shard => {
    if (!shard.forms) seen.push(...(shard.forms = dictionary(shard)))
    return shard.forms
  })
  const dictionary = ([words, about]) => {
    const more = about.split(' ')
    return decoded(words).map((form, i) => {
      const [count, ...stems] = more[i].split('.')
      return {
        form,
        count: reader(count).number(),
        stems: stems.length ? stems.map(s => form.slice(0, form.length - VALUE[s.charCodeAt(0)]) + s.slice(1)) : [form]
      }
    })
  }
  /* All entries that begin with `start`, from at most eight shards. */
  const beginning = async start => {
    const from = Math.max(behind(root.words, start), 0)
    const to = Math.min(behind(root.words, start + '\uffff'), from + 7)
    const all = []
    for (let i = from; i <= to; i++) all.push(entries(i))
    return (await Promise.all(all)).flat().filter(e => e.form.startsWith(start))
  }
  const known = async word => {
    const i = behind(root.words, word)
    return i < 0 ? undefined : (await entries(i)).find(e => e.form === word)
  }
  /* What an unknown word was probably meant to be: its commonest completion, else the nearest word. */
  const meant = async word => {
    if (word.length < 3) return undefined
    const longer = await beginning(word)
    if (longer.length) return longer.sort(BY_COUNT)[0]
    const most = word.length > 7 ? 2 : 1
    const near = (await beginning(word.slice(0, word.length > 4 ? 2 : 1)))
      .map(entry => ({ ...entry, distance: distance(word, entry.form, most) }))
      .filter(entry => entry.distance <= most)
    return near.sort((a, b) => a.distance - b.distance || BY_COUNT(a, b))[0]
  }
  /* Letters to add, drop, change or swap (neighbours), or more than `most`. */
  const distance = (a, b, most) => {
    if (Math.abs(a.length - b.length) > most) return most + 1
    let before = []
    let last = Array.from({ length: b.length + 1 }, (_, j) => j)
    for (let i = 1; i <= a.length; i++) {
      const row = [i]
      for (let j = 1; j <= b.length; j++) {
        const change = a[i - 1] === b[j - 1] ? 0 : 1
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + change)
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1)
      }
      before = last
      last = row
    }
    return last[b.length]
  }

  // ---- postings ----------------------------------------------------------------------------
  const stemShard = stem => behind(root.stems, stem)
  const rows = (kind, i) => part(kind, i).then(shard => (shard.rows ??= (kind === 'o' ? shard[0] : shard[1]).split(' ')))
  const place = async (i, stem) => {
    const shard = await part('p', i)
    shard.index ??= new Map(decoded(shard[0]).map((s, j) => [s, j]))
    return shard.index.get(stem)
  }
  /* The articles that hold a stem, in order, and its level (1 to 31) in each. */
  const postings = async stem => {
    const i = stemShard(stem)
    if (i < 0) return { ids: [], levels: [] }
    const j = await place(i, stem)
    if (j === undefined) return { ids: [], levels: [] }
    const text = (await rows('p', i))[j]
    const r = reader(text)
    const ids = []
    const levels = []
    let group = 0
    while (r.at < text.length) {
      group += r.number()
      let id = root.first[group]
      for (let n = r.number(); n; n--) {
        id += r.number()
        ids.push(id)
        levels.push(r.letter() & 31)
      }
    }
    return { ids, levels }
  }
  /* For each article that holds one of the stems, the places where it stands. */
  const positions = async stems => {
    const found = new Map()
    for (const stem of stems) {
      const { ids } = await postings(stem)
      if (!ids.length) continue
      const i = stemShard(stem)
      const text = (await rows('o', i))[await place(i, stem)]
      const r = reader(text)
      for (const id of ids) {
        const places = found.get(id) || new Set()
        let at = 0
        for (let n = r.number(); n; n--) places.add((at += r.number()))
        found.set(id, places)
      }
    }
    return found
  }
  /* One level per article for a word: that of its stem, the highest where it has several. */
  const together = async stems => {
    const all = await Promise.all(stems.map(postings))
    const levels = new Map()
    for (const { ids, levels: own } of all) ids.forEach((id, k) => levels.set(id, Math.max(levels.get(id) || 0, own[k])))
    return levels
  }
  const containing = async words => {
    const stems = await Promise.all(words.map(async word => (await known(word))?.stems || []))
    const all = await Promise.all(stems.map(positions))
    const ids = new Set()
    for (const [id, places] of all[0]) {
      for (const at of places) {
        if (all.every((one, k) => one.get(id)?.has(at + k))) { ids.add(id); break }
      }
    }
    return ids
  }

  // ---- facets ------------------------------------------------------------------------------
  const column = name => {
    const i = root.columns.indexOf(name)
    if (i < 0) return Promise.resolve({ values: [], rows: [] })
    return part('f', i).then(shard => {
      if (!shard.rows) {
        const [values, text] = shard
        const r = reader(text)
        const rows = []
        while (r.at < text.length) {
          let last = 0
          rows.push(Array.from({ length: r.number() }, () => (last += r.number())))
        }
        Object.assign(shard, { values, rows })
      }
      return shard
    })
  }
  /* The first day that each article's date can mean; undefined for those without one. */
  const dates = () => column('date').then(({ values, rows }) => rows.map(row => (row.length ? row[0] + +values[0][1] : undefined)))
  const plain = text => split(text).map(fold).join(' ')
  /* Dates are days since 0001-01-01; a year or month stands for all its days. */
  const day = (text, end) => {
    const match = /^([1-9]\d{3})(?:-(\d\d?))?(?:-(\d\d?))?$/.exec(text.trim())
    if (!match || match[1] === '9999') return end ? Infinity : -Infinity
    const [, y, m, d] = match.map(Number)
    const at = end && !d ? Date.UTC(m ? y : y + 1, m || 0, 0) : Date.UTC(y, (m || 1) - 1, d || 1)
    return Math.round(at / 864e5) + 719163
  }
  const filter = async ({ field, value, without }) => {
    let test
    if (field === 'year' || field === 'date') {
      const [from, to] = value.includes('..') ? value.split('..') : [value, value]
      const low = day(from, false)
      const high = day(to, true)
      const days = await dates()
      test = id => days[id] >= low && days[id] <= high
    } else {
      const { values, rows } = await column(field)
      const wanted = plain(value)
      const hits = new Set()
      values.forEach(([name, key, ...more], i) => {
        if (key === value || [name, ...more].some(one => plain(one) === wanted)) hits.add(i)
      })
      if (!hits.size && wanted) values.forEach(([name], i) => { if (` ${plain(name)} `.includes(` ${wanted} `)) hits.add(i) })
      test = id => rows[id].some(i => hits.has(i))
    }
    return without ? id => !test(id) : test
  }

  // ---- search ------------------------------------------------------------------------------
  const search = async (text, { limit = 10, offset = 0, filters = [], sort = 'relevance', facets = false } = {}) => {
    await open()
    const query = parse(text)
    const all = [...query.filters, ...filters]
    const suggestion = []
    const terms = []
    const stop = new Set(query.words.length > 3 ? root.stop.split(' ') : [])
    const telling = query.words.filter(({ word, prefix }) => prefix || !stop.has(word))
    for (const { word, prefix } of telling.length ? telling : query.words) {
      let found = prefix ? undefined : await known(word)
      let stems = found?.stems
      if (prefix) {
        const longer = (await beginning(word)).sort(BY_COUNT).slice(0, 100)
        stems = [...new Set(longer.flatMap(e => e.stems))]
      } else if (!found && (found = await meant(word))) {
        stems = found.stems
        suggestion.push([word, found.form])
      }
      terms.push({ word: found?.form || word, stems: stems || [] })
    }
    for (const words of query.phrases) {
      for (const word of words) terms.push({ word, stems: (await known(word))?.stems || [] })
    }
    const n = root.articles
    const scores = new Float64Array(n)
    const held = new Uint8Array(n)
    const found = await Promise.all(terms.map(term => together(term.stems)))
    for (const levels of found) {
      const weight = rarity(n, levels.size)
      for (const [id, level] of levels) { scores[id] += weight * level; held[id]++ }
    }
    let ids = []
    const browse = !terms.length && (all.length || query.without.length)
    for (let id = 0; id < n; id++) if (held[id] || browse) ids.push(id)
    for (const words of query.phrases) {
      const hits = await containing(words)
      ids = ids.filter(id => hits.has(id))
    }
    for (const words of query.without) {
      const hits = words.length > 1 ? await containing(words) : await together((await known(words[0]))?.stems || [])
      ids = ids.filter(id => !hits.has(id))
    }
    for (const one of all) ids = ids.filter(await filter(one))
    const present = found.filter(levels => levels.size).length
    const whole = query.words.length < 4 && present ? id => held[id] >= present : () => true
    const complete = ids.filter(whole).length
    if (sort === 'relevance' && !browse) {
      ids.sort((a, b) => whole(b) - whole(a) || scores[b] - scores[a] || a - b)
    } else {
      if (complete) ids = ids.filter(whole)
      const days = await dates()
      const at = id => days[id] ?? (sort === 'oldest' ? Infinity : -Infinity)
      ids.sort((a, b) => (at(a) === at(b) ? a - b : sort === 'oldest' ? (at(a) < at(b) ? -1 : 1) : at(a) > at(b) ? -1 : 1))
    }
    return {
      total: ids.length,
      complete,
      hits: await Promise.all(ids.slice(offset, offset + limit).map(async id => ({ ...(await article(id)), score: scores[id] }))),
      facets: facets ? await counted(complete ? ids.filter(whole) : ids) : undefined,
      suggestion: suggestion.length ? { words: Object.fromEntries(suggestion), query: suggestion.reduce((q, [a, b]) => q.replace(a, b), text) } : undefined,
      terms: terms.map(term => term.word),
      stems: terms.flatMap(term => term.stems)
    }
  }
  /* BM25's weight of a rare word, as a whole number so that every reader adds up the same. */
  const rarity = (n, df) => Math.floor(1000 * Math.log(1 + (n - df + 0.5) / (df + 0.5)) + 0.5)
  const article = async id => {
    let group = behindNumber(root.first, id)
    const slot = id - root.first[group]
    const [rows] = await part('d', root.shard[group] + Math.floor(slot / root.perShard))
    const [title, url, language, date, day, authors, places, text] = rows[slot % root.perShard]
    return { id, title, url, language, date, day, authors, places, text }
  }
  const behindNumber = (list, value) => {
    let i = 0
    let j = list.length - 1
    while (i < j) {
      const middle = (i + j + 1) >> 1
      if (list[middle] <= value) i = middle
      else j = middle - 1
    }
    return i
  }
  const counted = async ids => {
    const out = {}
    for (const name of root.columns.filter(c => c !== 'date')) {
      const { values, rows } = await column(name)
      const counts = new Map()
      for (const id of ids) for (const i of rows[id]) counts.set(i, (counts.get(i) || 0) + 1)
      out[name] = [...counts].map(([i, count]) => ({ name: values[i][0], key: values[i][1], count })).sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1))
    }
    const days = await dates()
    const years = new Map()
    for (const id of ids) {
      const year = days[id] && new Date((days[id] - 719163) * 864e5).getUTCFullYear()
      if (year) years.set(year, (years.get(year) || 0) + 1)
    }
    out.year = [...years].sort((a, b) => a[0] - b[0]).map(([year, n]) => ({ name: `${year}`, key: `${year}`, count: n }))
    return out
  }

  window.siteSearch = { search, parse, fold, split, take: (name, ...data) => { arrived[name] = data } }

  // ---- the page ----------------------------------------------------------------------------
  const form = document.querySelector('[data-search-form]')
  if (!form) return
  const words = JSON.parse(form.dataset.searchForm)
  const say = (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '')
  const count = n => n.toLocaleString(document.documentElement.lang)
  const make = (tag, props, ...children) => {
    const element = document.createElement(tag)
    for (const [key, value] of Object.entries(props || {})) {
      if (key.startsWith('on')) element.addEventListener(key.slice(2), value)
      else if (value === true) element.setAttribute(key, '')
      else if (value !== undefined && value !== false) element.setAttribute(key, value)
    }
    element.append(...children.flat().filter(child => child !== undefined && child !== false))
    return element
  }
  const box = form.elements.q
  const out = document.querySelector('[data-search-results]')
  const status = document.querySelector('[data-search-status]')
  const aside = document.querySelector('[data-search-facets]')
  const STEP = 10
  const MOST_SAVED = 1000
  let state = {}
  let turn = 0

  const FACETS = ['author', 'place', 'topic', 'lang']
  const read = () => {
    const given = new URLSearchParams(location.search)
    state = {
      q: given.get('q') || '',
      sort: given.get('sort') || 'relevance',
      year: given.get('year') || '',
      open: given.has('facets'),
      shown: STEP
    }
    for (const name of FACETS) state[name] = given.getAll(name)
    box.value = state.q
  }
  const write = push => {
    const given = new URLSearchParams()
    if (state.q) given.set('q', state.q)
    if (state.sort !== 'relevance') given.set('sort', state.sort)
    if (state.year) given.set('year', state.year)
    for (const name of FACETS) for (const value of state[name]) given.append(name, value)
    if (state.open) given.set('facets', '')
    const url = location.pathname + (given.size ? `?${given}` : '')
    history[push ? 'pushState' : 'replaceState'](null, '', url)
  }
  const filters = () => [
    ...FACETS.flatMap(field => state[field].map(value => ({ field, value }))),
    ...(state.year ? [{ field: 'year', value: state.year }] : [])
  ]

  const show = async () => {
    const mine = ++turn
    if (!state.q.trim() && !filters().length) {
      out.replaceChildren()
      aside.hidden = true
      status.replaceChildren(say('hint'))
      return
    }
    const slow = setTimeout(() => mine === turn && status.replaceChildren(say('slow')), 400)
    try {
      const found = await search(state.q, { limit: state.shown, filters: filters(), sort: state.sort, facets: state.open })
      if (mine !== turn) return
      draw(found)
    } catch {
      if (mine === turn) status.replaceChildren(say('failed'), ' ', make('button', { type: 'button', onclick: show }, say('retry')))
    } finally {
      clearTimeout(slow)
    }
  }
  const draw = found => {
    const total = found.total === 1 ? say('one') : say('many', { n: count(found.total) })
    status.replaceChildren(found.total ? total : say('none'))
    if (found.total && found.complete < found.total && found.complete && state.sort === 'relevance') {
      status.append(' ', say('whole', { n: count(found.complete) }))
    }
    if (found.suggestion) {
      const exact = state.q
      status.append(' ', say('instead', { query: found.suggestion.query }))
      status.append(' ', make('a', { href: '?' + new URLSearchParams({ q: `"${exact}"` }) }, say('exactly', { query: exact })))
    }
    const old = [...out.querySelectorAll('li[data-id]')]
    out.replaceChildren(
      make('ol', { class: 'cards' }, found.hits.map((hit, i) => (old[i]?.dataset.id === hit.id + found.terms.join() ? old[i] : card(hit, found)))),
      found.total > found.hits.length && make('p', { class: 'more' }, make('button', { type: 'button', onclick: more }, say('more')))
        || ''
    )
    drawFacets(found)
  }
  const more = async () => {
    const at = out.querySelectorAll('li[data-id]').length
    state.shown += STEP
    await show()
    out.querySelectorAll('li[data-id] a')[at]?.focus()
  }

  const formsOf = found => {
    const stems = new Set(found.stems)
    const forms = new Set(found.terms)
    for (const entry of seen) if (entry.stems.some(stem => stems.has(stem))) forms.add(entry.form)
    return forms
  }
  const EXCERPT = 36
  const card = (hit, found) => {
    const forms = formsOf(found)
    const tokens = [...hit.text.matchAll(WORD)]
    const isHit = token => split(token[0]).some(word => forms.has(fold(word)))
    const at = tokens.map((token, i) => (isHit(token) ? i : -1)).filter(i => i >= 0)
    let best = 0
    let most = 0
    at.forEach((start, k) => {
      const kinds = new Set()
      for (let j = k; j < at.length && at[j] < start + EXCERPT; j++) kinds.add(fold(tokens[at[j]][0].toLowerCase()))
      if (kinds.size > most) { most = kinds.size; best = start }
    })
    const from = Math.max(0, best - 6)
    const to = Math.min(tokens.length, from + EXCERPT)
    const start = tokens[from]?.index ?? 0
    const end = to < tokens.length ? tokens[to - 1].index + tokens[to - 1][0].length : hit.text.length
    const pieces = from ? ['… '] : []
    let last = start
    for (const i of at.filter(i => i >= from && i < to)) {
      const token = tokens[i]
      pieces.push(hit.text.slice(last, token.index), make('mark', null, token[0]))
      last = token.index + token[0].length
    }
    pieces.push(hit.text.slice(last, end), to < tokens.length ? ' …' : '')
    const id = hit.id + found.terms.join()
    const about = [hit.authors, hit.places].filter(Boolean).join(' · ')
    return make('li', { class: 'card', 'data-id': id },
      make('h2', { lang: hit.language }, make('a', { href: away(hit, tokens[at[0]]) }, hit.title)),
      hit.date && make('p', { class: 'when' }, hit.date),
      about && make('p', { class: 'by' }, about),
      make('p', { class: 'excerpt', lang: hit.language }, pieces))
  }
  /* A link that jumps to the first hit: some words from there on, within one line. */
  const away = (hit, token) => {
    const url = new URL('../' + hit.url.split('/').map(encodeURIComponent).join('/'), base).href
    if (!token) return url
    const line = hit.text.slice(token.index).split('\n')[0]
    const words = line.split(/\s+/).slice(0, 4).join(' ')
    return `${url}#:~:text=${encodeURIComponent(words).replace(/-/g, '%2D')}`
  }

  const change = (values, push = true) => { Object.assign(state, values, { shown: STEP }); write(push); show() }
  const drawFacets = found => {
    aside.hidden = false
    aside.querySelector('details').open = state.open
    aside.querySelector('select').value = state.sort
    const body = aside.querySelector('[data-search-facet-body]')
    if (!found.facets) { body.replaceChildren(); return }
    body.replaceChildren(
      histogram(found.facets.year),
      ...FACETS.filter(name => found.facets[name]?.length).map(name => make('fieldset', null,
        make('legend', null, say(name)),
        found.facets[name].slice(0, 15).map(value => make('label', null,
          make('input', {
            type: 'checkbox',
            checked: state[name].includes(value.key),
            onchange: event => change({ [name]: event.target.checked ? [...state[name], value.key] : state[name].filter(key => key !== value.key) })
          }),
          ` ${value.name} `, make('span', { class: 'count' }, count(value.count)))))),
      saving(found)
    )
  }
  const histogram = years => {
    if (!years?.length) return ''
    const most = Math.max(...years.map(year => year.count))
    return make('fieldset', null, make('legend', null, say('year')), make('ul', { class: 'drawers' },
      years.map(({ name, count: n }) => make('li', null, make('a', {
        href: '?', 'aria-current': state.year === name ? 'true' : undefined,
        onclick: event => { event.preventDefault(); change({ year: state.year === name ? '' : name }) }
      }, `${name} `, make('span', { class: 'count' }, count(n)), bar(100 * n / most))))))
  }
  const bar = share => {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
    svg.setAttribute('class', 'bar')
    svg.setAttribute('viewBox', '0 0 100 1')
    svg.setAttribute('preserveAspectRatio', 'none')
    svg.setAttribute('aria-hidden', 'true')
    const rect = document.createElementNS(svg.namespaceURI, 'rect')
    rect.setAttribute('width', Math.ceil(share))
    rect.setAttribute('height', 1)
    svg.append(rect)
    return svg
  }

  // ---- saving a result ---------------------------------------------------------------------
  const saving = found => make('p', { class: 'saving' }, say('save'), ' ', ...['csv', 'bib', 'ris'].flatMap(kind => [
    make('button', { type: 'button', onclick: () => save(kind) }, { csv: 'CSV', bib: 'BibTeX', ris: 'RIS' }[kind]), ' '
  ]), found.total > MOST_SAVED && say('capped', { n: count(MOST_SAVED) }))
  const save = async kind => {
    const { hits } = await search(state.q, { limit: MOST_SAVED, filters: filters(), sort: state.sort })
    const text = { csv: asCsv, bib: asBib, ris: asRis }[kind](hits.map(hit => ({ ...hit, url: new URL('../' + hit.url, base).href })))
    const link = make('a', { href: URL.createObjectURL(new Blob([text], { type: 'text/plain' })), download: `results.${kind}` })
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 1000)
  }
  const cell = text => (/^[=+\-@\t]/.test(text) ? `"'` : '"') + text.replace(/"/g, '""') + '"'
  const asCsv = hits => ['title,authors,date,places,language,url', ...hits.map(hit =>
    [hit.title, hit.authors, hit.day, hit.places, hit.language, hit.url].map(cell).join(','))].join('\r\n') + '\r\n'
  const asRis = hits => hits.map(hit => [
    'TY  - NEWS', `TI  - ${hit.title}`, ...hit.authors.split('; ').filter(Boolean).map(name => `AU  - ${name}`),
    hit.day && `DA  - ${hit.day.replaceAll('-', '/')}`, hit.language && `LA  - ${hit.language}`, `UR  - ${hit.url}`, 'ER  - '
  ].filter(Boolean).join('\r\n')).join('\r\n') + '\r\n'
  const tex = text => text.replace(/[\\{}]/g, ' ').replace(/[#$%&_~^]/g, '\\$&')
  const asBib = hits => hits.map(hit => `@misc{article${hit.id},\n  title = {{${tex(hit.title)}}},\n` +
    (hit.authors ? `  author = {${hit.authors.split('; ').map(tex).join(' and ')}},\n` : '') +
    (hit.day ? `  date = {${hit.day}},\n  year = {${hit.day.slice(0, 4)}},\n` : '') +
    `  url = {${hit.url}}\n}\n`).join('\n')

  // ---- input -------------------------------------------------------------------------------
  let typing
  box.addEventListener('input', () => {
    clearTimeout(typing)
    typing = setTimeout(() => change({ q: box.value }, false), 150)
  })
  form.addEventListener('submit', event => {
    event.preventDefault()
    clearTimeout(typing)
    change({ q: box.value })
  })
  aside.querySelector('select').addEventListener('change', event => change({ sort: event.target.value }))
  aside.querySelector('details').addEventListener('toggle', event => {
    if (event.target.open !== state.open) change({ open: event.target.open }, false)
  })
  addEventListener('popstate', () => { read(); show() })
  addEventListener('keydown', event => {
    const typed = event.target.closest?.('input:not([type=checkbox]), textarea, select')
    if (event.key === '/' && !typed && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault()
      box.focus()
      box.select()
    } else if (event.key === 'Escape' && document.activeElement === box) {
      box.value = ''
      change({ q: '' })
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const links = [box, ...out.querySelectorAll('li[data-id] h2 a')]
      const at = links.indexOf(document.activeElement)
      const next = links[at + (event.key === 'ArrowDown' ? 1 : -1)]
      if (at < 0 || !next) return
      event.preventDefault()
      next.focus()
    }
  })
  box.addEventListener('focus', () => open().catch(() => {}), { once: true })
  read()
  show()
})()
