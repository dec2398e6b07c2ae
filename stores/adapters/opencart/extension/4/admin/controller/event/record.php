<?php
declare(strict_types=1);

namespace Opencart\Admin\Controller\Extension\XeroConnector\Event;

require_once DIR_EXTENSION . 'xero_connector/system/library/load.php';

use Opencart\System\Library\Extension\XeroConnector\Shop;
use XeroConnector\Books\ProductAccounts;
use XeroConnector\Outbox\Outbox;

/** Writes down what staff change. Each method is called by an event of a model, as Triggers names them, not as a page. */
class Record extends \Opencart\System\Engine\Controller
{
    /** @param mixed $output */
    public function orderChanged(string &$route, array &$args, &$output): void
    {
        $this->changed('order', $args[0]);
    }

    /** An order is kept as it stands before it goes: afterwards nobody could say what it was. */
    public function orderGoes(string &$route, array &$args): void
    {
        $this->outbox()->deletingOrder((int)$args[0]);
    }

    /** @param mixed $output */
    public function orderGone(string &$route, array &$args, &$output): void
    {
        $this->outbox()->deletedOrder((int)$args[0]);
    }

    /** @param mixed $output the new customer's id */
    public function customerAdded(string &$route, array &$args, &$output): void
    {
        $this->changed('customer', $output);
    }

    /** @param mixed $output */
    public function customerChanged(string &$route, array &$args, &$output): void
    {
        $this->changed('customer', $args[0]);
    }

    /** @param mixed $output */
    public function customerGone(string &$route, array &$args, &$output): void
    {
        $this->gone('customer', $args[0]);
    }

    /** @param mixed $output the new return's id */
    public function returnAdded(string &$route, array &$args, &$output): void
    {
        $this->outbox()->returnChanged((int)$output);
    }

    /** @param mixed $output */
    public function returnChanged(string &$route, array &$args, &$output): void
    {
        $this->outbox()->returnChanged((int)$args[0]);
    }

    /** Before it goes: afterwards nobody could say of which order it was. */
    public function returnGoes(string &$route, array &$args): void
    {
        $this->outbox()->deletingReturn((int)$args[0]);
    }

    /** @param mixed $output the new product's id */
    public function productAdded(string &$route, array &$args, &$output): void
    {
        $this->account($output, $args[0]);
        $this->changed('product', $output);
    }

    /** @param mixed $output the new variant's id */
    public function variantAdded(string &$route, array &$args, &$output): void
    {
        $this->account($output, $args[1]);
        $this->changed('product', $output);
    }

    /** @param mixed $output */
    public function productChanged(string &$route, array &$args, &$output): void
    {
        $this->account($args[0], $args[1]);
        $this->changed('product', $args[0]);
    }

    /** @param mixed $output */
    public function variantChanged(string &$route, array &$args, &$output): void
    {
        $this->account($args[1], $args[2]);
        $this->changed('product', $args[1]);
    }

    /** @param mixed $output */
    public function productGone(string &$route, array &$args, &$output): void
    {
        $connector = Shop::connector($this->registry);
        $connector->quietly(static fn () => $connector->accounts()->drop((int)$args[0]));
        $this->gone('product', $args[0]);
    }

    /** The product's own accounts, where the form had the tab. A copy of a product and another program have none. */
    private function account($id, $data): void
    {
        $typed = is_array($data) ? ($data['xero_connector'] ?? null) : null;
        $sales = $typed['sales_account'] ?? null;
        $purchase = $typed['purchase_account'] ?? null;
        if (is_string($sales) && is_string($purchase) && $this->user->hasPermission('modify', 'catalog/product')) {
            $this->keep((int)$id, trim($sales), trim($purchase));
        }
    }

    /** What cannot be the code of an account is left as it was. */
    private function keep(int $id, string $sales, string $purchase): void
    {
        if (ProductAccounts::isCode($sales) && ProductAccounts::isCode($purchase)) {
            $connector = Shop::connector($this->registry);
            $connector->quietly(static fn () => $connector->accounts()->keep($id, $sales, $purchase));
        }
    }

    private function changed(string $kind, $id): void
    {
        $this->outbox()->changed($kind, (int)$id);
    }

    private function gone(string $kind, $id): void
    {
        $this->outbox()->deleted($kind, (int)$id);
    }

    private function outbox(): Outbox
    {
        return Shop::connector($this->registry)->outbox();
    }
}
