"""Every table of the evaluation in words: what one row is, then name, type and meaning of each column.

Types are `text`, `int`, `number`, `flag` and `numbers` (a list of integers); a question mark allows null,
which stands for "not defined" or "does not apply", never for zero. `latefusion.evaluation.schemas` reads
this; so does the documentation.
"""

from __future__ import annotations

from typing import Final

PROTOCOL_TABLES: Final = {
    "models": """
a model of the protocol, baselines first, then single, early, rules; order of the configuration

model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
kind                   text     `baseline`, `single`, `early` or `rule`
position               int      place in the order above, from 0
probabilistic          flag     whether it gives probabilities; if not, log loss and the like are null
n                      int      items that it predicts
missing                int      items that it cannot predict because the modality is missing
assignments            int      fold assignments (cross.repeats) that it was run with
repeats                int      seeds of a stochastic rule; 1 for the others
reference              flag     the single modality that the rules are compared with, chosen out of
                                fold
reference_log_loss     number?  out-of-fold log loss by which the reference was chosen; single only
same_as                text?    an earlier model with the same classes and the same probabilities on
                                every row
same_decisions_as      text?    an earlier model with the same classes on every row
in_set_accuracy        flag?    in the 95 % confidence set of the best by accuracy, subset `all`
in_set_log_loss        flag?    the same by log loss; null where not probabilistic
""",
    "metrics": """
model x subset x metric

model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
kind                   text     as in models
subset                 text     `all`; `unseen_group`: group not in train; under cross `given_test`:
                                items of the test file
metric                 text     accuracy, balanced_accuracy, macro_f1, matthews, kappa, log_loss
                                (nats), brier (0 to 2), calibration_slope (1 is right, below 1
                                over-confident), auroc (macro one-vs-rest, within each partition, then
                                averaged), ece and ece_classwise with `_expected` (under perfect
                                calibration) and `_p` (its p-value)
value                  number?  mean over passes (fold assignments x seeds)
low                    number?  lower end of the 95 % interval
high                   number?  upper end of the 95 % interval
se                     number?  standard error by groups, linearised
method                 text?    how the interval was made: `bootstrap` (percentile, whole groups),
                                `one_step` (the same, the estimate re-fitted by one Newton step in
                                each draw), `linearised` (the same, by influence functions), `t`
                                (under 50 groups), `wilson` (on the effective number of items)
draws                  int      draws behind the interval or the expected value; 0 where none
n                      int      items that it is computed from
groups                 int      groups that these items belong to; what the bootstrap resamples
passes                 int      complete sets of predictions that the value is the mean of
spread                 number?  standard deviation over passes; null with one pass
design_effect          number?  variance by groups over variance by items
clipped                int?     log_loss only: rows with p below 1e-15 on the true class, mean over
                                passes, rounded
""",
    "passes": """
model x subset x metric x pass: the spread over fold assignments and seeds

model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
subset                 text     `all`; `unseen_group`: group not in train; under cross `given_test`:
                                items of the test file
metric                 text     accuracy, balanced_accuracy, macro_f1, matthews, kappa, log_loss,
                                brier
assignment             int      fold assignment r of cross-{r}-{k}; 0 on the given split
repeat                 int      seed of a stochastic rule, from 0
value                  number?  the metric of this pass alone
""",
    "per_class": """
model x subset x class x measure

model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
subset                 text     `all`; `unseen_group`: group not in train; under cross `given_test`:
                                items of the test file
class                  int      class index
class_name             text     name of the class
measure                text     `recall`, `precision`, `f1`, `share_predicted`
value                  number?  null where undefined: recall of a class without items, precision of
                                one never predicted
low                    number?  lower end of the 95 % interval
high                   number?  upper end of the 95 % interval
method                 text?    how the interval was made: `bootstrap` (percentile, whole groups),
                                `one_step` (the same, the estimate re-fitted by one Newton step in
                                each draw), `linearised` (the same, by influence functions), `t`
                                (under 50 groups), `wilson` (on the effective number of items)
support                int      items of the class in the subset
predicted              number   items predicted as the class, mean over passes
prior                  number   share of the class in the training file
""",
    "confusion": """
model x subset x true class x predicted class

model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
subset                 text     `all`; `unseen_group`: group not in train; under cross `given_test`:
                                items of the test file
true                   int      class index
true_name              text     name of the class
predicted              int      class index
predicted_name         text     name of the class
count                  number   items, mean over passes
share                  number?  of the items of the true class
""",
    "comparisons": """
a paired comparison of two models in one metric: family x metric x subset x model

family                 text     `confirmatory`: each rule against the reference, Holm within the
                                metric; `exploratory`: the other views against the reference, rules
                                against early fusion; `baseline`: every model against `majority` and
                                `group_lookup`. Only the first is adjusted
metric                 text     `accuracy`, `log_loss`, `macro_f1`
subset                 text     `all`; `unseen_group`: group not in train; under cross `given_test`:
                                items of the test file
model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
against                text     the model that it is compared with
n                      int      items that both predict
groups                 int      groups that these items belong to; what the bootstrap resamples
value                  number   of the model, on these items
value_against          number   of the other, on these items
difference             number   value - value_against
low                    number?  lower end of the 95 % interval
high                   number?  upper end of the 95 % interval
method                 text?    how the interval was made: `bootstrap` (percentile, whole groups),
                                `one_step` (the same, the estimate re-fitted by one Newton step in
                                each draw), `linearised` (the same, by influence functions), `t`
                                (under 50 groups), `wilson` (on the effective number of items)
se                     number?  standard error of the difference by groups, linearised
test                   text?    `sign_flip` of group sums (accuracy), `bootstrap` (others), `t`
                                (others, under 50 groups)
draws                  int      draws behind p
p                      number?  two-sided; null where the two coincide
p_holm                 number?  adjusted by Holm within family, metric and subset; confirmatory only
family_size            int?     distinct tests in the family; models that coincide count once
verdict                text     `better`, `worse` or `undecided`, at 5 % (adjusted where there is a
                                p_holm); `same` where the two coincide
same_as                text?    an earlier model of the family that coincides with this one; its test
                                is repeated here
discordance            number?  accuracy only: share of items that exactly one of the two gets right
only_model             number?  accuracy only: items that only the model gets right, mean over passes
only_against           number?  accuracy only: items that only the other gets right
design_effect          number?  variance of the difference by groups over that by items
least_detectable       number?  difference found with 80 % power at 5 %
least_detectable_holm  number?  the same at Holm's first step; confirmatory only
""",
    "confidence_set": """
metric x subset x candidate: which models cannot be told from the best (Hansen et al. 2011)

metric                 text     `accuracy` or `log_loss`
subset                 text     `all`; `unseen_group`: group not in train; under cross `given_test`:
                                items of the test file
model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
kind                   text     as in models; candidates are single, early and rules, without those
                                that coincide with an earlier one
rank                   int      by observed value, best first, from 1
value                  number   on the items that all candidates predict
p                      number   the model is in the set at every level below this p
in_set                 flag     p > 0.05
n                      int      items that it is computed from
groups                 int      groups that these items belong to; what the bootstrap resamples
""",
    "overall": """
subset x set of models: can their accuracies all be equal?

subset                 text     `all`; `unseen_group`: group not in train; under cross `given_test`:
                                items of the test file
models                 text     `rules`, or `all` (single, early and rules)
count                  int      models compared, without those that coincide
test                   text     `wald`: cluster-robust on group sums; `cochran_q` where every group
                                has one item and each item one answer
statistic              number?  chi-square
df                     int      degrees of freedom
p                      number?  p-value
n                      int      items that it is computed from
groups                 int      groups that these items belong to; what the bootstrap resamples
""",
    "best": """
metric x subset: the observed best rule, its selection bias removed (Tsamardinos et al. 2018)

metric                 text     `accuracy` or `log_loss`
subset                 text     `all`; `unseen_group`: group not in train; under cross `given_test`:
                                items of the test file
model                  text     the rule that happens to be best here; not a recommendation
observed               number   its value
corrected              number?  what choosing the best like this gives on items not used for choosing
low                    number?  lower end of the 95 % interval
high                   number?  upper end of the 95 % interval
bias                   number?  observed - corrected
share_chosen           number?  share of draws in which this rule was the best
candidates             int      rules that could have been the best, without those that coincide
draws                  int      draws
n                      int      items that it is computed from
groups                 int      groups that these items belong to; what the bootstrap resamples
""",
    "patterns": """
subset x class x set of single modalities that are right: who is right where

subset                 text     `all`; `unseen_group`: group not in train; under cross `given_test`:
                                items of the test file
class                  int?     class index; null over all classes
class_name             text?    null over all classes
right                  text     names of the modalities that are right, joined by ` + `; `none`
count                  int      how many modalities that is
n                      number   items with this pattern, mean over assignments
of                     int      items of the subset and class that all modalities predict
share                  number?  n / of
low                    number?  lower end of the 95 % interval
high                   number?  upper end of the 95 % interval
""",
    "pairs": """
subset x pair of single modalities

subset                 text     `all`; `unseen_group`: group not in train; under cross `given_test`:
                                items of the test file
first                  text     a modality
second                 text     another
measure                text     `both`, `only_first`, `only_second`, `neither` (shares of items
                                right); `q_statistic` (Yule), `correlation` of being right,
                                `disagreement` (exactly one right), `double_fault` (both wrong),
                                `kappa` (agreement of the classes said, Cohen), `same_error` (share of
                                double faults with the same wrong class)
value                  number?  null where undefined
low                    number?  lower end of the 95 % interval
high                   number?  upper end of the 95 % interval
n                      int      items that it is computed from
""",
    "oracle": """
subset x class: what perfect choice between the single modalities would reach

subset                 text     `all`; `unseen_group`: group not in train; under cross `given_test`:
                                items of the test file
class                  int?     class index; null over all classes
class_name             text?    null over all classes
oracle                 number   share of items that some modality gets right
low                    number?  lower end of the 95 % interval
high                   number?  upper end of the 95 % interval
independent            number   what it would be if the modalities erred independently, 1 - prod(1 -
                                accuracy)
independent_in_class   number   the same within each class, averaged over items
reference              number   accuracy of the reference modality
n                      int      items that it is computed from
""",
    "gains": """
subset x rule or early view: what fusion mended and broke against the reference modality

subset                 text     `all`; `unseen_group`: group not in train; under cross `given_test`:
                                items of the test file
model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
mended                 number   items that the reference gets wrong and the model right, mean over
                                passes
broken                 number   the reverse
kept                   number   both right
missed                 number   both wrong
mended_by_none         number   mended although no single modality was right
broken_by_all          number   wrong although every single modality was right
gap_closed             number?  (accuracy - reference) / (oracle - reference)
low                    number?  lower end of the 95 % interval
high                   number?  upper end of the 95 % interval
n                      int      items that it is computed from
""",
    "reliability": """
model x kind x bin of the reliability diagram, subset `all`; 10 bins of equal mass

model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
kind                   text     `top` (confidence of the class said) or the name of a class
class                  int?     class index; null for `top`
bin                    int      from 0, least confident first
lower                  number   least probability in the bin
upper                  number   largest
rows                   int      predictions in the bin, all passes pooled
confidence             number   mean probability
frequency              number   share that was right (or of the class)
low                    number?  lower end of the 95 % interval
high                   number?  upper end of the 95 % interval
""",
    "risk_coverage": """
model x coverage, subset `all`: accuracy if the model may abstain where it is least sure

model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
coverage               number   share of items answered: 0.05, 0.10 ... 1
threshold              number   confidence from which it answers, mean over passes
accuracy               number   of the items answered; equal confidences are taken in proportion
low                    number?  lower end of the 95 % interval
high                   number?  upper end of the 95 % interval
n                      int      items answered
""",
    "strata": """
subset x criterion x stratum x model x metric: where the models do well

subset                 text     `all`; `unseen_group`: group not in train; under cross `given_test`:
                                items of the test file
by                     text     `group_in_train` (items of the same group in training), `group_size`
                                (items of the group in all), `boundary_distance` (of valence and
                                arousal from the nearest axis), or a descriptive column
stratum                text     name of the stratum, such as `2-3`; `(blank)`; `(other)` for rare
                                values
position               int      order of the strata
model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
metric                 text     `accuracy` or `log_loss`
value                  number   on the items of the stratum
low                    number?  lower end of the 95 % interval
high                   number?  upper end of the 95 % interval
n                      int      items that it is computed from
groups                 int      groups that these items belong to; what the bootstrap resamples
majority_share         number   share of the most frequent class in the stratum
""",
    "axes": """
model x class: errors along valence and along arousal; no rows unless classes are the quadrants

subset                 text     `all`; `unseen_group`: group not in train; under cross `given_test`:
                                items of the test file
model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
class                  int?     true class; null over all classes
class_name             text?    null over all classes
error                  text     `right`, `valence` (only its side is wrong), `arousal`, `both`
n                      number   items, mean over passes
share                  number?  of the items of the class
low                    number?  lower end of the 95 % interval
high                   number?  upper end of the 95 % interval
""",
    "overfitting": """
view x source: the same view on rows that it saw, on rows held out, and on test

model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
source                 text     `in_sample`, `out_of_fold` or `test`
metric                 text     `accuracy` or `log_loss`
value                  number   over all partitions of the protocol
low                    number?  lower end of the 95 % interval
high                   number?  upper end of the 95 % interval
n                      int      rows; under cross an item is a training row of several partitions
groups                 int      groups that these items belong to; what the bootstrap resamples
""",
    "outcomes": """
model x item, subset `all`: what a paired comparison needs, also across protocols

model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
item                   text     identifier of the item
label                  int      class index
predicted              numbers  class index said in each pass, in order; -1 where the modality is
                                missing
correct                number?  share of passes that are right
log_loss               number?  mean over passes
brier                  number?  mean over passes
confidence             number?  largest probability, mean over passes
""",
    "published": """
a published figure beside the one measured here; no rows unless the data are the notebook's

model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
measure                text     `accuracy`, `accuracy_in_sample`, `oracle` or `confusion`
true                   int?     confusion only: true class
predicted              int?     confusion only: predicted class
published              number   as published
measured               number?  here
low                    number?  lower end of the 95 % interval
high                   number?  upper end of the 95 % interval
note                   text     what was published, and what differs
""",
    "evidence": """
a fact that a check needs and no other table holds

name                   text     what it is, such as `mean_confidence`, `sharpness`
model                  text?    model that it is about
value                  number?  its value
""",
}
"""Tables of `evaluation/{protocol}/{name}.parquet`; `items` is one more, see `schemas.items_schema`."""

ACROSS_TABLES: Final = {
    "leaks": """
pair of protocols x model x subset x metric, paired on the same items (made by `summarise`)

from                   text     protocol of the claim: `replica` or `honest`
to                     text     protocol of what remains: `honest` or `cross`
model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
kind                   text     as in models
subset                 text     `all` or `unseen_group` of the given test items (replica - honest);
                                `given_test` (honest - cross)
metric                 text     `accuracy`, `log_loss`, `macro_f1`
n                      int      items that it is computed from
groups                 int      groups that these items belong to; what the bootstrap resamples
value_from             number   under the first protocol, on these items
value_to               number   under the second
difference             number   value_from - value_to; either sign is possible
low                    number?  lower end of the 95 % interval
high                   number?  upper end of the 95 % interval
method                 text?    how the interval was made: `bootstrap` (percentile, whole groups),
                                `one_step` (the same, the estimate re-fitted by one Newton step in
                                each draw), `linearised` (the same, by influence functions), `t`
                                (under 50 groups), `wilson` (on the effective number of items)
p                      number?  two-sided: sign-flip of group sums (accuracy) or bootstrap; null where
                                nothing differs
verdict                text     `flatters` (the first protocol looks better), `harms`, `undecided`,
                                `same`
""",
    "learning_curve": """
share of the training groups x draw x model (made by `learning_curve`); no rows where it is switched
off

share                  number   of the groups of the training file: 0.1, 0.25, 0.5, 1
model                  text     name of the model: a view, a rule, `selected`, `{rule}_bag`,
                                `majority`, `group_lookup`
kind                   text     `single`, `early` or `rule`
metric                 text     `accuracy` or `log_loss`
value                  number   on the given test items
low                    number?  lower end of the 95 % interval
high                   number?  upper end of the 95 % interval
n_train                int      training items
groups_train           int      training groups
n                      int      items that it is computed from
""",
}
"""Tables of `evaluation/{name}.parquet`, across protocols."""

ITEMS_COLUMNS: Final = {
    "item": "identifier of the item",
    "split": "file that it came in: train or test",
    "group": "final group",
    "label": "class index",
    "class": "name of the class",
    "unseen_group": "whether its group has no item in the training part(s)",
    "about_{column}": "a descriptive column, text or number as in the input",
    "said_{modality}": "class said by the modality in the first pass; null where missing",
    "right_{modality}": "share of passes in which it was right; null where missing",
    "fusion": (
        "the fused model that the next columns are about: `selected`, else the rule with the lowest "
        "log loss out of fold that was given, else the first rule; `none` without rules"
    ),
    "said_fusion": "class that it says in the first pass",
    "right_fusion": "share of passes in which it was right",
    "confidence": "its largest probability, mean over passes",
    "p_true": "its probability of the true class, mean over passes",
    "outcome": (
        "against the reference modality, first pass: `mended`, `broken`, `kept` (both right), `missed`"
    ),
    "models_right": (
        "share of single, early and rule models that get it right; 0 is an item nobody gets right"
    ),
}
"""Columns of `items.parquet`, one row for each item that the protocol tests."""
