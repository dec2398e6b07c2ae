<?php
declare(strict_types=1);

namespace XeroConnector\Outbox;

use Throwable;
use XeroConnector\Platform;

/**
 * What the shop's events call: a change is written down, and the connector gets a hint of it later.
 *
 * Nothing here may stop what the shop is doing. A change that cannot be written down goes to the shop's error log;
 * the connector finds it when it next compares.
 */
final class Outbox
{
    /** @var Events */
    private $events;

    /** @var DeletedOrders */
    private $deleted;

    /** @var Hints */
    private $hints;

    /** @var Platform */
    private $platform;

    /** @var array<string, bool> what this request has written already */
    private $written = [];

    public function __construct(Events $events, DeletedOrders $deleted, Hints $hints, Platform $platform)
    {
        $this->events = $events;
        $this->deleted = $deleted;
        $this->hints = $hints;
        $this->platform = $platform;
    }

    /** @param string $kind "order", "customer" or "product" */
    public function changed(string $kind, int $id): void
    {
        $this->write($kind, $id, 'changed');
    }

    /** @param string $kind "customer" or "product" */
    public function deleted(string $kind, int $id): void
    {
        $this->write($kind, $id, 'deleted');
    }

    /** A return came or changed; with it its order. */
    public function returnChanged(int $id): void
    {
        $this->returned($id, 'changed');
    }

    /** A return is about to be deleted: its order is only known now. */
    public function deletingReturn(int $id): void
    {
        $this->returned($id, 'deleted');
    }

    /** An order is about to be deleted: what stands of it now is kept. */
    public function deletingOrder(int $id): void
    {
        $this->safely(function () use ($id): void {
            $this->deleted->keep($id);
        });
    }

    public function deletedOrder(int $id): void
    {
        $this->write('order', $id, 'deleted');
    }

    private function returned(int $id, string $what): void
    {
        $this->safely(function () use ($id, $what): void {
            $this->write('return', $id, $what);
            $this->write('order', $this->events->orderOfReturn($id), 'changed');
        });
    }

    private function write(string $kind, int $id, string $what): void
    {
        if ($id <= 0 || isset($this->written[$kind . $id . $what])) {
            return;
        }
        $this->written[$kind . $id . $what] = true;
        $this->safely(function () use ($kind, $id, $what): void {
            $this->events->add($kind, $id, $what);
            $this->hints->sendLater();
        });
    }

    private function safely(callable $work): void
    {
        try {
            $work();
        } catch (Throwable $error) {
            $this->platform->log('Xero connector: a change was not written down: ' . $error->getMessage());
        }
    }
}
