import csv, io, math, os, random, numpy as np, torch, torch.nn as nn, torch.nn.functional as F
from sklearn.model_selection import StratifiedKFold
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler, OneHotEncoder
from sklearn.metrics import confusion_matrix, f1_score, roc_auc_score, accuracy_score, precision_score, recall_score, balanced_accuracy_score, log_loss
from ref import Ref, HERE
ref = Ref('kfold')
rnd = random.Random(0); rows = []
for i in range(90):
    k = i % 3; age = round(rnd.gauss(30 + 8 * k, 6), 1); inc = round(rnd.gauss(2000 + 500 * (2 - k), 400)); city = rnd.choice(['Ulm', 'Köln', 'Bad "Ems"', 'Mainz, Rhein']); score = round(rnd.gauss(k, 1), 3)
    rows.append([age if rnd.random() > 0.12 else '', inc if rnd.random() > 0.1 else 'NA', city if rnd.random() > 0.08 else '', score, ['no', 'maybe', 'yes'][k]])
path = os.path.join(HERE, 'people.csv')
with open(path, 'w', newline='', encoding='utf-8') as f:
    w = csv.writer(f); w.writerow(['age', 'income', 'city', 'score', 'answer']); w.writerows(rows)
def num(v): return float('nan') if v in ('', 'NA') else float(v)
X = np.array([[num(r[0]), num(r[1]), r[3]] for r in rows], dtype=float); C = np.array([[r[2] if r[2] != '' else None] for r in rows], dtype=object)
names = ['no', 'maybe', 'yes']; classes = sorted(names); y = np.array([classes.index(r[4]) for r in rows])
folds = list(StratifiedKFold(5, shuffle=True, random_state=7).split(X, y))
accs, f1s, bal, pred_all, prob_all, losses = [], [], [], np.zeros(90, int), np.zeros((90, 3)), []
torch.manual_seed(0)
for k, (tr, te) in enumerate(folds):
    imp = SimpleImputer(strategy='median').fit(X[tr]); sc = StandardScaler().fit(imp.transform(X[tr])); ci = SimpleImputer(strategy='most_frequent', missing_values=None).fit(C[tr]); oh = OneHotEncoder(handle_unknown='ignore').fit(ci.transform(C[tr]))
    f = lambda i: torch.tensor(np.hstack([sc.transform(imp.transform(X[i])), oh.transform(ci.transform(C[i])).toarray()]), dtype=torch.float32)
    xt, xe = f(tr), f(te); yt = torch.tensor(y[tr])
    if k == 0: ref.put('x0', xe)
    m = nn.Sequential(nn.Linear(xt.size(1), 16), nn.ReLU(), nn.Linear(16, 3)); o = torch.optim.Adam(m.parameters(), lr=0.02)
    for e in range(15): l = F.cross_entropy(m(xt), yt, weight=torch.tensor([1., 2., 1.])); o.zero_grad(); l.backward(); o.step(); losses.append(l.item())
    with torch.no_grad(): pr = F.softmax(m(xe), 1).numpy()
    pd = pr.argmax(1); pred_all[te] = pd; prob_all[te] = pr; accs.append(accuracy_score(y[te], pd)); f1s.append(f1_score(y[te], pd, average='macro')); bal.append(balanced_accuracy_score(y[te], pd))
ref.put('folds', torch.tensor(np.concatenate([te for _, te in folds]))); ref.put('losses', losses); ref.put('accs', accs); ref.put('f1s', f1s); ref.put('bal', bal); ref.put('confusion', torch.tensor(confusion_matrix(y, pred_all)))
ref.put('summary', [precision_score(y, pred_all, average='macro'), recall_score(y, pred_all, average='weighted'), roc_auc_score((y == 2).astype(int), prob_all[:, 2]), log_loss(y, prob_all), float(np.mean(accs)), float(np.std(accs))])
ref.put('probs', torch.tensor(prob_all, dtype=torch.float32)); ref.save(); print(accs, confusion_matrix(y, pred_all))
