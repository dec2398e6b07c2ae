<?php
declare(strict_types=1);

namespace Opencart\Catalog\Controller\Extension\XeroConnector\Event;

require_once DIR_EXTENSION . 'xero_connector/system/library/load.php';

use Opencart\System\Library\Extension\XeroConnector\Shop;
use XeroConnector\Outbox\Outbox;

/**
 * Writes down what happens in the shop: one row, and nothing is sent while a customer waits.
 *
 * Each method is called by an event of a model, as Triggers names them. What staff do to orders in the admin comes
 * here too, since the admin does it through the catalog's models. OpenCart lets anybody call a method as a page; it
 * then gets no arguments, and does nothing.
 */
class Record extends \Opencart\System\Engine\Controller
{
    /** @param mixed $output */
    public function orderChanged(string &$route = '', array &$args = [], &$output = null): void
    {
        $this->changed('order', $args[0] ?? 0);
    }

    /** An order is kept as it stands before it goes: afterwards nobody could say what it was. */
    public function orderGoes(string &$route = '', array &$args = []): void
    {
        if ($args) {
            $this->outbox()->deletingOrder((int)$args[0]);
        }
    }

    /** @param mixed $output */
    public function orderGone(string &$route = '', array &$args = [], &$output = null): void
    {
        if ($args) {
            $this->outbox()->deletedOrder((int)$args[0]);
        }
    }

    /** @param mixed $output the new customer's id */
    public function customerAdded(string &$route = '', array &$args = [], &$output = null): void
    {
        $this->changed('customer', $output);
    }

    /** @param mixed $output */
    public function customerChanged(string &$route = '', array &$args = [], &$output = null): void
    {
        $this->changed('customer', $args[0] ?? 0);
    }

    /** @param mixed $output */
    public function customerGone(string &$route = '', array &$args = [], &$output = null): void
    {
        if ($args) {
            $this->outbox()->deleted('customer', (int)$args[0]);
        }
    }

    /** @param mixed $output the new address's id */
    public function addressAdded(string &$route = '', array &$args = [], &$output = null): void
    {
        $this->changed('customer', $args[0] ?? 0);
    }

    /** Up to 4.0 the model is not told whose address it is, but it is that of who is logged in. @param mixed $output */
    public function addressChanged(string &$route = '', array &$args = [], &$output = null): void
    {
        if ($args) {
            $this->changed('customer', $this->customer->getId());
        }
    }

    /** @param mixed $output the new return's id */
    public function returnAdded(string &$route = '', array &$args = [], &$output = null): void
    {
        if ($args) {
            $this->outbox()->returnChanged((int)$output);
        }
    }

    /** @param mixed $id a number, or 0 */
    private function changed(string $kind, $id): void
    {
        if ((int)$id > 0) {
            $this->outbox()->changed($kind, (int)$id);
        }
    }

    private function outbox(): Outbox
    {
        return Shop::connector($this->registry)->outbox();
    }
}
