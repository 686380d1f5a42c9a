import { terms } from './terms';

/**
 * Closed classes that questions ask for by name: "what sport", "which party". The members are found
 * by pattern because they are written without a capital as often as with one.
 */
const KINDS: { asked: RegExp; members: RegExp }[] = [
  {
    asked: /\bsports?\b/i,
    members:
      /\b(?:(?:american|association|australian rules|canadian|gaelic|arena) football|ice hockey|field hockey|rugby (?:league|union)|rugby|football|footballer|soccer|basketball|baseball|cricket(?:er)?|tennis|golf(?:er)?|hockey|volleyball|handball|badminton|snooker|boxing|boxer|wrestling|wrestler|sumo|swimming|swimmer|athletics|cycling|cyclist|rowing|rower|sailing|skiing|skier|skating|skater|curling|lacrosse|softball|chess|karate|judo|taekwondo|fencing|gymnastics|archery|shooting|polo|netball|squash|darts|motorsport|surfing|esports|bowling|billiards|kabaddi|camogie|hurling|equestrian|horse racing|mixed martial arts)\b/gi,
  },
  {
    asked: /\bpart(?:y|ies)\b/i,
    members:
      /\b(?:republicans?|democrat(?:ic|s)?|whigs?|federalists?|conservatives?|labour|liberal(?:s| democrats?)?|green|libertarian|socialists?|social democrat(?:ic|s)?|communists?|independent|christian democrat(?:ic|s)?|progressive|populist|nationalist|tory|tories)\b/gi,
  },
  {
    asked: /\b(?:position)\b/i,
    members:
      /\b(?:goalkeeper|goaltender|defender|midfielder|forward|striker|winger|full[- ]back|centre[- ]back|quarterback|running back|wide receiver|tight end|linebacker|cornerback|safety|guard|tackle|punter|kicker|pitcher|catcher|shortstop|infielder|outfielder|first baseman|second baseman|third baseman|point guard|shooting guard|small forward|power forward|center|defen[cs]eman|prop|hooker|lock|flanker|scrum-half|fly-half|batsman|bowler)\b/gi,
  },
  {
    asked: /\b(?:genre|medium|type of (?:media|work)|form of media)\b/i,
    members:
      /\b(?:novel|novella|short film|short story|film|documentary|comedy|drama|thriller|horror|science fiction|fantasy|romance|western|musical|opera|play|poem|poetry|painting|sculpture|photograph(?:y)?|song|album|single|video game|comics?|comic book|manga|anime|television series|tv series|rock|pop|jazz|blues|country|folk|hip[- ]hop|rap|r&b|soul|funk|punk|metal|heavy metal|reggae|electronic|techno|house|disco|classical|gospel|alternative rock|indie rock|hard rock|novelty)\b/gi,
  },
  {
    asked: /\b(?:profession|occupation)\b/i,
    members:
      /\b(?:(?:water polo|basketball|baseball|football|hockey|ice hockey|tennis|cricket|rugby|badminton|volleyball|handball|chess|soccer) player|actor|actress|singer|songwriter|musician|composer|guitarist|pianist|drummer|bassist|trombonist|trumpeter|violinist|saxophonist|rapper|producer|director|screenwriter|writer|author|novelist|poet|playwright|journalist|editor|painter|sculptor|artist|photographer|architect|designer|dancer|choreographer|comedian|model|presenter|broadcaster|politician|lawyer|attorney|judge|diplomat|economist|engineer|scientist|physicist|chemist|biologist|botanist|mathematician|astronomer|historian|philosopher|professor|teacher|educator|physician|doctor|surgeon|nurse|priest|bishop|minister|soldier|officer|general|admiral|pilot|astronaut|businessman|businesswoman|entrepreneur|executive|banker|chef|farmer|footballer|cricketer|golfer|boxer|wrestler|swimmer|sprinter|cyclist|rower|skier|skater|runner|jockey|coach|manager|referee|racing driver|mezzo-soprano|soprano|tenor|baritone)\b/gi,
  },
  {
    asked: /\blanguages?\b/i,
    members:
      /\b(?:english|french|german|spanish|italian|portuguese|dutch|swedish|norwegian|danish|finnish|icelandic|polish|czech|slovak|hungarian|romanian|bulgarian|greek|turkish|russian|ukrainian|serbian|croatian|slovene|latin|arabic|hebrew|persian|hindi|urdu|bengali|punjabi|gujarati|marathi|tamil|telugu|kannada|malayalam|assamese|odia|nepali|sinhala|burmese|thai|vietnamese|khmer|lao|malay|indonesian|tagalog|filipino|chinese|mandarin|cantonese|japanese|korean|mongolian|swahili|amharic|yoruba|zulu|irish|welsh|scots|gaelic|basque|catalan|esperanto)(?:[- ]language)?\b/gi,
  },
  {
    asked: /\bgender\b/i,
    members:
      /\b(?:all[- ]boys|all[- ]girls|boys|girls|co-?educational|co-?ed|single[- ]sex|male|female|mixed)\b/gi,
  },
  {
    asked: /\bstyle\b/i,
    members:
      /\b(?:romanesque|gothic(?: revival)?|renaissance(?: revival)?|baroque|rococo|neo-?classical|neoclassicism|georgian|victorian|edwardian|colonial(?: revival)?|greek revival|queen anne|italianate|second empire|beaux[- ]arts|art nouveau|art deco|arts and crafts|craftsman|tudor(?: revival)?|mission revival|prairie|federal|modernist|modernism|brutalist|brutalism|postmodern|contemporary|impressionis[mt]|expressionis[mt]|cubis[mt]|surrealis[mt]|realis[mt]|romanticism)\b/gi,
  },
  {
    asked: /\btype of (?:institution|school)\b/i,
    members:
      /\b(?:academy|university|college|high school|grammar school|primary school|secondary school|elementary school|middle school|boarding school|preparatory school|seminary|polytechnic|conservatory|institute|museum|hospital|library|military base|prison)\b/gi,
  },
];

export interface Kind {
  /** Matches each member, wherever it stands. */
  members: RegExp;
  /** Terms that name a class: an answer gives the member and leaves them out. */
  nouns: ReadonlySet<string>;
}

const NOUNS = new Set(
  terms(
    'sport party political position played genre medium type media work form language profession occupation gender student body composition style institution',
  ),
);

const ASKS_KIND = /\b(?:what|which)\b/i;

/** The class that a question asks for; null when it asks for none. */
export function askedKind(question: string): Kind | null {
  if (!ASKS_KIND.test(question)) return null;
  const opening = /\b(?:what|which)\b(.{0,60})/i.exec(question)?.[1] ?? '';
  const kind = KINDS.find(({ asked }) => asked.test(opening));
  return kind ? { members: kind.members, nouns: NOUNS } : null;
}
