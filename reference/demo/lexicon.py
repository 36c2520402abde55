"""Ordinary words for the sentences, grouped by the part they can play in a template.

Words that name kinds of people, beliefs or countries stand apart, in NAMES: they appear in neutral posts
alone, never beside a word or a sign that earns a label.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LEXICON: dict[str, tuple[str, ...]] = {
    "adjective": _words(
        "old new small large big quiet loud bright dark warm cold fresh broken clean dusty empty famous gentle golden "
        "green heavy hidden honest huge lazy light little local lonely long lovely lucky modern muddy narrow neat nice "
        "odd pale perfect plain polite pretty proud quick rare red rough round rusty shiny short silver simple slow "
        "soft solid sour spare steep still strange strong sunny sweet tall thin tidy tiny tired useful wet white wide "
        "wild wise wonderful wooden yellow young blue grey beautiful crowded delicious expensive cheap friendly "
        "interesting peaceful surprising traditional colourful colorful foggy windy snowy rainy handmade second-hand "
        "early late whole half good better best bad funny serious ready busy calm careful cheerful clever curious easy"
    ),
    "thing": _words(
        "apple bag ball balloon basket bench bicycle bike blanket boat book bottle bowl box branch bridge brush bucket "
        "camera candle car card carpet chair clock coat coin computer corner cup curtain desk door drawer dress drum "
        "engine envelope fence flag flower glass glove guitar hammer hat helmet house jacket jar key kite ladder lamp "
        "laptop leaf letter light machine magazine map mirror mug needle net newspaper notebook paddle painting pan "
        "paper pencil phone photo photograph piano picture pillow pipe plant plate pocket poster puzzle radio ring "
        "road rock rope roof scarf screen shelf ship shirt shoe shovel sign sofa spoon stamp stone suitcase sweater "
        "table telescope tent ticket tool towel toy train tram tree truck umbrella vase violin wall wallet watch "
        "wheel window wire yarn battery keyboard printer recipe song story idea problem question answer game movie "
        "video message email list plan project report lesson concert match race meeting holiday weekend birthday party"
    ),
    "animal": _words(
        "bear bee bird butterfly cat chicken cow crab deer dog dolphin donkey duck eagle elephant fish fox frog goat "
        "goose hedgehog hen horse kitten lamb lizard mouse otter owl parrot penguin pig pigeon pony puppy rabbit seal "
        "sheep snail spider squirrel swan tiger turtle whale wolf"
    ),
    "food": _words(
        "apples bananas beans bread breakfast butter cake carrots cheese cherries chips chocolate coffee cookies corn "
        "dinner eggs fruit garlic grapes honey jam juice lemons lunch milk mushrooms noodles nuts oil onions oranges "
        "pancakes pasta peaches pears peas pepper pie pizza plums popcorn potatoes rice salad salt sandwiches sauce "
        "soup spinach strawberries sugar tea toast tomatoes vegetables water yogurt"
    ),
    "place": _words(
        "airport bakery bank barn bay beach cafe canal castle city cliff coast college courtyard "
        "desert dock factory farm field forest garage garden gym harbour harbor hill hospital hotel island kitchen "
        "lake library lighthouse market meadow mill mountain museum neighbourhood neighborhood office orchard "
        "palace park pier playground pond pool port restaurant river roof school shop square stadium station street "
        "studio supermarket theatre theater tower town university valley village vineyard waterfall workshop "
        "zoo"
    ),
    "person": _words(
        "baker captain carpenter child cook cousin dentist doctor driver engineer farmer friend gardener guide "
        "librarian mayor mechanic musician neighbour neighbor nurse painter partner photographer pilot plumber postman "
        "president professor student tailor teacher team waiter worker writer everyone somebody nobody"
    ),
    "verb": _words(
        "admired asked baked borrowed bought brought built called carried caught checked chose cleaned climbed closed "
        "collected cooked counted crossed described designed drew dropped enjoyed explained filled finished fixed "
        "followed forgot found gave grew guessed heard helped hid hung imagined kept knew learned left liked lost "
        "loved made measured mended met missed moved needed noticed opened ordered packed paid painted picked placed "
        "planned planted played pulled pushed reached read recommended remembered rented repaired returned rode saw "
        "sent showed sold started stopped studied swapped taught tested thanked took tried used visited waited walked "
        "wanted washed watched welcomed wore wrapped wrote"
    ),
    "doing": _words(
        "building buying climbing cooking crossing dancing drawing drinking driving eating exploring fishing fixing "
        "flying gardening hiking jumping knitting laughing learning listening looking making painting playing reading "
        "resting riding running sailing singing sitting sketching skating sleeping smiling standing studying "
        "swimming talking teaching travelling waiting walking washing watching working writing"
    ),
    "when": _words(
        "today yesterday tomorrow tonight now later soon early recently again already once twice often sometimes "
        "usually always never finally Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
    ),
    "season": _words(
        "spring summer autumn winter January February March April May June July August September October November "
        "December Christmas morning afternoon evening night sunrise sunset midday"
    ),
    "weather": _words("sun rain snow wind fog storm clouds frost heat thunder drizzle breeze sunshine hail mist shade"),
    "where": _words("in near behind beside by above below under around across outside inside past towards from at"),
    "opinion": _words(
        "amazing boring brilliant charming confusing cool cosy difficult exciting fantastic fine great handy helpful "
        "impressive nice okay overrated pleasant quiet relaxing silly simple splendid superb terrible tricky useful"
    ),
    "abstract": _words(
        "advice attention beauty business care chance change choice colour comfort control data design "
        "distance education energy evidence experience family fashion freedom future government health help history "
        "hope information interest knowledge language law life love luck memory money music nature news opinion order "
        "peace pleasure politics power practice price quality reason research result science service shape size "
        "society software space speed sport success support system team technology time traffic travel truth value "
        "voice weather work world"
    ),
}

NAMES: dict[str, tuple[str, ...]] = {
    "person": _words(
        "aunt uncle brother sister dad father mum mother grandfather grandmother husband wife son daughter man woman "
        "boy girl baby lady gentleman Anna Ben Carlos Chen David Elena Fatima George Hana Ivan Julia Kofi Laura Maria "
        "Noah Omar Priya Rosa Sam Tom Yuki"
    ),
    "place": _words(
        "cathedral church mosque synagogue temple monastery China Paris London Rome Tokyo Lima Cairo Oslo Berlin "
        "Boston Sydney Delhi Madrid Kyoto Dublin Chicago Africa Europe Asia America Canada Brazil Kenya"
    ),
    "season": _words("Christmas Easter Ramadan Diwali Hanukkah"),
    "abstract": _words("country culture people religion faith history tradition community women men children"),
}

COMMON = _words(
    "ability absence accept access account achieve action active activity actual add address adult advance "
    "afford agree aim album alone amount analysis annual apply approach approve area argue argument arrange "
    "arrive article artist assign assist assume attempt attend attribute audience author available average avoid "
    "award aware background balance band base basic basis battle behaviour behavior believe belong benefit beyond "
    "bill binary bit block board body border bother bottom brain brand brave break bridge brief bring broad budget "
    "button campaign cancel capacity capital career carry case cash category cause celebrate central century "
    "certain chain challenge channel chapter character charge chart chemical chief circle claim class "
    "classic client code collect column combine command comment commit common company compare compete complete "
    "complex concern conclude condition conduct confirm connect consider consist constant contact contain content "
    "context contract contribute convert copy core correct cost council count couple courage course court cover "
    "create credit criterion critical crowd current custom cycle daily damage danger date deal debate decade decide "
    "decision declare deep default define degree delay deliver demand deny department depend depth derive detail "
    "determine develop device differ digital dinner direct director discover discuss display distant divide document "
    "domestic doubt draft dream drive due duty earn earth economy edge edit editor effect efficient effort either "
    "elect electric element emotion employ enable encourage end engage enormous ensure enter entire environment "
    "equal equip error escape essay essential establish estimate evaluate event eventually evolve exact example "
    "except exchange execute exercise exist expand expect expert export expose express expression extend extra "
    "extreme face fact factor fail fair fall familiar fan fast fault favour favorite feature federal feel field "
    "figure file final finance finger finite fire firm flat flight float floor focus folk force form formal "
    "format formula fortune forward foundation frame frequent front fuel function fund future gain general generate "
    "global goal gold grade graph ground group grow growth guard guest habit handle happen hardly height hire "
    "historic hit hold home hook host hour however idle image imagine impact imply import impose improve "
    "include income increase indeed index indicate individual industry initial inner input inside insist install "
    "instance instead instruct integer intend interior internal interval interview introduce invest invite involve "
    "issue item join joint joke journal journey judge junior keen kind labour language large laser launch layer "
    "leader league lean legal level library limit line link literal literature live load loan local logic loop loss "
    "lower machine main maintain major manage manner manual margin mark market mass master match material matter "
    "maximum mean measure media medical member mental mention merge method middle million mind mineral minimum "
    "minor minute mission mixed mobile mode model moment month mood moral motion motor mount mouth multiple mutable "
    "name natural nature near nearly nest network neutral night node noise normal note notice novel "
    "number object observe obtain obvious occur ocean offer official open operate operator opportunity oppose option "
    "ordinary organ origin output owner package page pair panel paragraph parent parse part particular pass passage "
    "past path patient pattern pause pay peak percent perform period permit person phase phrase "
    "physical piece pilot pitch plain plane planet plastic platform point policy popular position "
    "positive possible post potential pound precise prefer prepare present press pressure prevent previous primary "
    "prime print prior prize process produce product profit program progress promise promote proof proper property "
    "propose protect protocol prove provide public publish purchase pure purpose push quarter query quote random "
    "range rank rapid rate ratio raw react real realise realize reason receive record recover reduce refer reference "
    "reflect reform refuse regard region register regular relate release relevant rely remain remark remove render "
    "repeat replace reply represent request require resource respond rest restrict return reveal review reward rich "
    "ride right rise risk role roll root round route routine row rule rural safe salary sample save scale scene "
    "schedule scheme scope score script search season second secret section sector secure select self senior sense "
    "sentence separate sequence series session set settle several severe shadow share sheet shift shock "
    "shoulder shout shut side signal significant similar site situation skill slice slide slight slot smart smooth "
    "social soil solution solve sort sound source special specific speech spend spirit split spread square stable "
    "staff stage stand standard star start state statement static status stay stick stock store storm straight "
    "strategy stream strength stress stretch string structure struggle style subject submit subscript "
    "succeed suffer suggest suit sum supply support suppose surface survey switch symbol syntax table tail talent "
    "target task tax technique telephone template term test text theme theory therefore thick thing third thread "
    "ticket title token tone topic total tour track trade train transfer transform transition trap treat trend "
    "trial trigger trip trust tuple turn type typical union unique unit unless update upper urban usage user usual "
    "valid variable variety various vast vehicle version victory view virtual visible vision visual vital volume "
    "vote wake wave wealth web weight welcome whatever wheel whenever whereas width window winner wire wonder wood "
    "wording worth wrap yard yield zero zone actually literally honestly basically completely definitely absolutely "
    "maybe anyone anything everything something someone nothing haha omg wow hey hi btw gonna wanna got getting "
    "going been doing said says told asking think thought know knew feeling looked seems should've don't can't won't "
    "isn't doesn't didn't it's that's there's I'm I've I'll you're we're they're let's"
)
"""Words for heaps of words, where no part of speech matters."""

PREFIXES = ("un", "re", "over", "out", "mis", "pre", "dis", "super")
SUFFIXES = (
    "s",
    "ed",
    "ing",
    "er",
    "ly",
    "ness",
    "ful",
    "less",
    "able",
    "ish",
    "ment",
    "ation",
    "'s",
)
FUNCTION_WORDS = _words(
    "a about after all also although an and any are as at be because been before being both but by can could did do "
    "does down each even every few for from had has have he her here hers him his how however i if in into is it its "
    "just least less like many may me might mine more most much must my neither no not nothing of off on one only or "
    "other our ours out over own perhaps please quite rather really same she should since so some such than that the "
    "their them then there these they this those though through to too until up us very was we well were what when "
    "where whether which while who whose why will with within without would yes yet you your"
)
EMOJI = ("😀", "🎉", "❤️", "🌻", "🐶", "☕", "🔥", "👍", "🙏", "✨", "🚲", "🌧️", "📷", "😂")
