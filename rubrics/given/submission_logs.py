import json
import os


def save_curves(name, solver):
    """Write the losses and accuracies of a run to submission_logs/NAME.npz."""
    os.makedirs("submission_logs", exist_ok=True)
    np.savez(
        f"submission_logs/{name}.npz",
        train_losses=solver.loss_history,
        train_accs=solver.train_acc_history,
        val_accs=solver.val_acc_history,
    )


def save_numbers(name, numbers):
    """Write a list or a dict of plain numbers to submission_logs/NAME.json."""
    os.makedirs("submission_logs", exist_ok=True)
    with open(f"submission_logs/{name}.json", "w") as file:
        json.dump(numbers, file)
