"""Forms of one given name: short forms, and ways in which a name of another script is written. Ours, edited by hand.

A line is a group. A name may stand in several: Alex is short for Alexander and for Alexandra.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_GROUPS: Final = """
abdul abdel abdal abdool
abigail abbie abby abi gail
adam ad
adrian adi
ahmed ahmad achmed ahmet
aisha ayesha aysha aishah aicha ayisha
alexander alex al alec sandy xander lex sasha
alexandra alex sandra sandy lexi lexie sasha ally
alfred alf alfie fred freddie
ali aly
alice ali allie
alison ali allie ally
amelia amy millie mia amelie
amir ameer
andrew andy drew
angela angie ang
ann anne anna annie nan nancy
anthony tony antony ant
antonio toni tony
archibald archie
arthur art artie
barbara barb babs
bartholomew bart
benjamin ben benny benji
bernadette bernie
beverley bev
bradley brad
bridget biddy bridie bríd
caitlin katelyn kaitlin kaitlyn cait katie
cameron cam
caroline carol carrie caro
catherine katherine kathryn kate katie kathy cathy kat katy cath kit kitty
charles charlie chas chuck charley
charlotte charlie lottie lotte char
christina christine chris chrissie tina
christopher chris kit topher
clifford cliff
connor conor con
constance connie
cynthia cindy
daisy margaret
daniel dan danny
danielle dani danni
david dave davey davy
deborah debbie deb debra debs
declan dec
dennis den denny
derek del
dominic dom nick
donald don donnie
dorothy dot dottie dolly
edward ed eddie ted teddy ned
eleanor ellie nell nelly elle elinor nora ella
elizabeth liz lizzie beth betty eliza betsy libby elsie lisa lisbeth bess elisabeth
emily em emmy millie
emma em emmie
ethan eth
eugene gene
evelyn eve evie
fatima fatma fatimah fatema
florence flo florrie flossie
frances fran frankie francesca fanny
francis frank frankie
frederick fred freddie freddy
gabriel gabe
gareth gaz gary
geoffrey geoff jeff jeffrey
george georgie
georgina georgie gina georgia
gerald gerry jerry ged
gerard ged gerry
gillian gill jill jillian
graham graeme
gregory greg
grzegorz gregory greg
gwendoline gwen
hannah anna
harold harry hal
harriet hattie harry
hassan hasan
heather hev
helen nell nellie ellen helena
henry harry hank hal
hubert bert
hugh hughie
hussain hussein husain hossein husayn
ibrahim ebrahim abraham
isaac ike zac
isabella isabel isobel izzy bella izzie isabelle belle
jacob jake jakob
jacqueline jackie jacqui jacky
james jim jimmy jamie jem
jane janie jenny
janet jan
jasmine jas jaz yasmin
jennifer jen jenny jenna jennie
jeremy jerry jez
jessica jess jessie
joan joanie
joanna jo joanne
john jack johnny jon jackie ian sean shaun
jonathan jon jonny jonty john
joseph joe joey jo yusuf yousef josef
josephine jo josie
joshua josh
judith judy jude
julia jules julie
julian jules
kenneth ken kenny
kimberley kim
laura laurie lori
lawrence larry laurie loz
leonard len lenny leo
leslie les lesley
lewis lou louis lew louie
lily lil lilian lillie
logan lo
lucy lou lulu
luke lucas
madeleine maddie maddy
malgorzata gosia margaret
malcolm mal
margaret maggie meg peggy marge margie madge daisy greta
maria mary marie mia
marjorie marj
martin marty
mary molly may polly mamie
matilda tilly tillie mattie
matthew matt matty
maximilian max
maxine max
megan meg meggie
melanie mel
melissa mel missy lissa
michael mike mick mickey micky mikey
michelle shelly shell
miriam maryam mariam mim
mohammed muhammad mohamed mohammad mohamad muhammed mohd md mo mahomet
mustafa mostafa
natalie nat nattie
natasha tasha
nathan nat nate nathaniel
nicholas nick nicky nico nik nikolas
nicola nicky nikki nic
noor nur nour
norman norm
oliver ollie olly
olivia liv livvy ollie
oluwaseun seun
omar umar omer
osman usman uthman
pamela pam
patricia pat patsy trish tricia patty
patrick pat paddy rick
pawel paul
penelope penny
peter pete piotr
philip phil phillip pip
philippa pip pippa
piotr peter
rachel rach rae
raymond ray
rebecca becky becca bex beck
reginald reg reggie
richard rich rick dick ricky richie
robert rob bob bobby robbie bert rab
roberta bobbie
roderick rod
rodney rod
roger rog
ronald ron ronnie
rosemary rose rosie
roxanne roxy
russell russ
saeed said sayed syed
salim saleem
samantha sam sammy
samuel sam sammy
sandra sandy
sarah sara sally sadie
scarlett scar
sean shaun shawn shane
sharif shareef
shirley shirl
siobhan shivaun chevonne shevaun
sophia sophie sofia soph
stanley stan
stella estelle
stephanie steph stevie
stephen steve steven stevie ste
stuart stewart stu
susan sue susie suzie suzanne
tabitha tabby
tamara tammy
teresa terry tess theresa tessa
terence terry tel
thaddeus tadeusz
theodore theo ted teddy
thomas tom tommy
timothy tim timmy
tomasz thomas tom
victoria vicky tori vic vikki
vincent vince vinny
walter wally walt
wilhelmina mina
william will bill billy liam willy wills
winifred win winnie freda
yasmin yasmine yasmeen jasmine
yousuf yusuf yousef joseph
zachary zac zach zak zack
zainab zaynab zeinab
zoe zoey
"""
MOST_FORMS: Final = 3
"""Groups of one name that are searched by."""


def _lines() -> Iterator[tuple[str, list[str]]]:
    for line in _GROUPS.split("\n"):
        forms = line.split()
        if forms:
            yield forms[0], forms


def _by_form() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for head, forms in _lines():
        for form in forms:
            found.setdefault(form, []).append(head)
    # The group called after the name itself comes first, so that it is never the one left out.
    return {
        form: tuple(sorted(heads, key=lambda head: head != form)[:MOST_FORMS])
        for form, heads in found.items()
    }


_OF: Final = _by_form()


@lru_cache(maxsize=10_000)
def groups_of(word: str) -> tuple[str, ...]:
    """The groups in which a given name stands, each by its head; none for a name that has no other form here."""
    return _OF.get(word, ())
