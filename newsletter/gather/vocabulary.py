"""Words that our readings of English text lean on: verbs of headlines, function words, halves of compounds."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


TENS = words("twenty thirty forty fifty sixty seventy eighty ninety")
UNITS = words("one two three four five six seven eight nine first second third fourth fifth sixth seventh eighth ninth")
# First halves of compounds that are no words by themselves, and those that are: these need more proof.
PREFIXES = words("anti co counter inter mid multi non pre quasi re semi sub trans ultra")
FIRSTS = words(
    "all cross extra half long low off post short two three four five six seven eight nine ten well high self"
)
SECONDS = words(
    "term party level based led related wide scale backed owned funded run year day week month old born free "
    "friendly made sized range border sector century"
)
# What stands before a compound that stands before a noun.
LEADING = words("a an the this that these those its their his her our no any each every first second third")
# Words that begin or end a clause, not a compound: a dash beside one of them is a dash.
FUNCTION = words(
    "a about after all also although an and any are as at be because been before both but by can could did do does "
    "even every few for from had has have he her here his how i if in is it its itself just like many may might "
    "more most much must my no nor not now of on once one only or our over she should since so some still such than "
    "that the their them then there these they this those though through thus to too under until up us was we were "
    "what when where whether which while who whom whose why will with would yet you your"
)
# Verbs of headlines, their forms that are nouns as well ("talks", "ships"), and irregular forms.
VERBS = words(
    "accept add agree aim announce appear approve argue arrive ask avoid become begin believe blame bring build buy "
    "call carry cease choose claim climb close collapse come confirm consider continue cut decide defend defy delay "
    "deliver demand deny describe die double draw drop ease eat eliminate emerge end erode expand expect expel "
    "explain extend face fail fall fear fight find finish follow forbid force gain get give go grow halt happen "
    "hear help hire hit hold hope ignore impose improve include intend invest invite join keep kill know lag lead "
    "learn leave let lift lose make mean meet move multiply need offer open oppose order overtake own pay persist "
    "plan pledge plunge prepare press prevent promise propose prove publish pull push put quit raise reach read "
    "rebuild receive recover reduce refuse reject release remain remove renew replace reply require resist resume "
    "return reveal ring rise run save say seal see seek seem sell send set settle shake share shed shift show "
    "shrink shut sign sink sit slow soar sound speak spend split spread spur stall stand start stay stop strike "
    "strip struggle succeed sue suffer suggest surge survive swap take talk tell test think threaten tighten top "
    "touch triple try turn unveil urge use vanish visit vote vow wait want warn watch weaken weigh welcome widen "
    "win withdraw work worry write"
)
NOUNS = words(
    "aims calls claims cuts delays demands doubles drops ends falls fears fights gains hires hopes moves needs "
    "offers orders plans pledges promises pushes raises reads returns rises runs shares shifts ships shows signs "
    "stands starts stops strikes surges swaps talks tests threats tops turns uses visits votes waits wins works "
    "worries end cut plan offer order vote work use talk share test run start stop sound rise fall press set lead "
    "call"
)
IRREGULAR = words(
    "is are was were has have had can will would may must became began brought built bought came chose cut drew "
    "fell felt found fought got gave went grew heard held kept knew led left lost made met paid put ran rose said "
    "saw sent sold spoke stood struck took told thought won wrote"
)
# Words of a headline that carry no meaning of their own.
SMALL = words(
    "a an and as at but by for from has have in into is its it of on or over than that the their they this to up "
    "was were will with after before about amid"
)
