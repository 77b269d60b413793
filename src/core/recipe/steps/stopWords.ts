// Owns the common English words that cleanText leaves out: articles, pronouns, prepositions, conjunctions and auxiliary
// verbs, written down here from the closed word classes of English (no list of others was copied). "not" and "no" stay:
// they turn the meaning. Forms with an apostrophe are without it, as cleanText writes them.
export const STOP_WORDS: readonly string[] = (
  'a an the this that these those ' +
  'i me my mine myself you your yours yourself yourselves he him his himself she her hers herself it its itself ' +
  'we us our ours ourselves they them their theirs themselves who whom whose which what ' +
  'im youre hes shes theyre ive youve weve theyve id youd theyd ill youll theyll thats whats ' +
  'am is are was were be been being do does did doing have has had having ' +
  'will would shall should can could may might must ' +
  'of at by for with about against between into through during before after above below to from up down in out on off ' +
  'over under upon within without toward towards across among around behind beside ' +
  'and but or nor so yet if because as until while although though unless since whether than ' +
  'here there when where why how then once again further also just too very ' +
  'all any both each few more most other some such own same only every'
).split(' ');
