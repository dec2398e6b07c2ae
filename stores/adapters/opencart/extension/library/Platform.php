<?php
declare(strict_types=1);

namespace XeroConnector;

/** What only the shop's own program can do; each version of OpenCart brings its own. */
interface Platform extends Log
{
    /** OpenCart's version, as it writes it: "3.0.5.1". */
    public function version(): string;

    /** The catalog's address, without index.php and without a slash at the end. */
    public function address(): string;

    /** How a payment or shipping method calls itself; "" where it has no name. */
    public function title(string $type, string $code): string;

    /** Writes a history entry through the shop's own model, so that stock and other extensions hear of it. */
    public function addHistory(int $orderId, int $statusId, string $comment, bool $notify): void;

    /** Drops what the shop has cached of its products. */
    public function forgetProducts(): void;
}
